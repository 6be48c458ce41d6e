"""A view's last pictures as a film."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from builders import a_schedule, a_screenshot, a_session, a_view
from galleries import MemoryGallery
from houses import SteppedClock, a_house, apply
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.film_view import TAKES, film_view
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort
from loopback_site.server import png

NAME, HOME = "nightly-shop", a_view("home")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path, gallery=MemoryGallery())
    apply(house, a_schedule(NAME))
    yield house
    house.ledgers.close()


def a_night(house: House, shade: int, *, width: int = 64) -> str:
    clock = house.clock
    assert isinstance(clock, SteppedClock)
    clock.at += timedelta(days=1)
    run = start.request(house, DefinitionId(NAME), {}, by="user:ada", key=clock.new_id())
    sha = house.gallery.put(png(width, 40, shade))
    shot = a_screenshot("home", sha256=sha, width=width, height=40)
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(run.id, a_session(id=f"{run.id}.1", screenshots=(shot,)))
    abort(house, run.id, RunStatus.FAILED, "it differs")
    return sha


def shades(film: bytes | None) -> list[int]:
    """Of the middle of each picture."""
    assert film is not None
    found = []
    with Image.open(io.BytesIO(film)) as image:
        assert image.format == "WEBP"
        for frame in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(frame)
            found.append(round(image.convert("L").getpixel((20, 20)), -1))  # type: ignore[arg-type, call-overload]
    return found


def test_the_last_pictures_come_oldest_first_and_what_is_gone_is_left_out(house: House) -> None:
    a_night(house, 40)
    gone = a_night(house, 90)
    damaged = a_night(house, 120)
    a_night(house, 200, width=80)
    del house.gallery.images[gone]  # type: ignore[attr-defined]
    house.gallery.images[damaged] = b"no picture"  # type: ignore[attr-defined]

    assert shades(film_view(house, NAME, HOME)) == [40, 200]


def test_no_more_than_the_newest_are_shown(house: House) -> None:
    for shade in range(20, 20 + 10 * (TAKES + 2), 10):
        a_night(house, shade)

    found = shades(film_view(house, NAME, HOME))

    assert (len(found), found[0]) == (TAKES, 40)


def test_where_no_picture_is_kept_there_is_no_film(house: House) -> None:
    assert film_view(house, NAME, HOME) is None
    a_night(house, 90)
    assert film_view(house, NAME, a_view("elsewhere")) is None
