"""What a run's browser shows now, over HTTP."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import ledger_rows
from houses import a_house, of_another
from inspect_pipelines.domain.access import Permission, Role
from inspect_pipelines.domain.ids import OrgId, RunId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.web.api.progress import OfRun
from people import a_token, bearer
from web_app import TestClient, a_client

RUN = ledger_rows.RUNNING.id
JPEG = b"\xff\xd8\xff a window"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path)
    with house.ledger.write() as session:
        ledger_rows.fill(session)  # type: ignore[arg-type]
    yield house
    house.ledgers.close()


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with a_client(house, others=[OrgId("acme")]) as client:
        client.headers.update({"Accept": "text/html"})
        yield client


def show(house: House, run_id: RunId, *, seconds_ago: float = 0.4) -> None:
    """As the run's own process does, at the house's time."""
    house.live_frames.put(run_id, JPEG)  # type: ignore[attr-defined]
    at = house.clock.now().timestamp() - seconds_ago
    os.utime(Path(house.home) / "run" / "live" / f"{run_id}.jpg", (at, at))


def test_an_open_run_shows_its_window_and_how_old_it_is(client: TestClient, house: House) -> None:
    show(house, RUN)

    page = client.get(f"/runs/{RUN}").text
    part = client.get(f"/runs/{RUN}/window").text
    picture = client.get(f"/runs/{RUN}/live")

    for text in (page, part):
        assert 'hx-trigger="frame from:#content' in text
        assert "0.4 s ago" in text
        assert f'<img src="/runs/{RUN}/live?at=' in text
    assert "<html" not in part
    assert (picture.content, picture.headers["content-type"]) == (JPEG, "image/jpeg")
    assert picture.headers["cache-control"] == "no-store"


def test_where_nothing_is_shown_the_page_says_so(client: TestClient, house: House) -> None:
    show(house, RUN, seconds_ago=60)

    assert "Nothing is shown right now" in client.get(f"/runs/{RUN}").text
    assert client.get(f"/runs/{RUN}/live").status_code == 204


def test_a_run_that_has_ended_shows_no_window(client: TestClient, house: House) -> None:
    show(house, RUN)
    abort(house, RUN, RunStatus.CANCELLED, "enough")

    assert 'id="window"' not in client.get(f"/runs/{RUN}").text
    assert client.get(f"/runs/{RUN}/window").text.strip() == ""
    assert client.get(f"/runs/{RUN}/live").status_code == 204


def test_it_is_for_whoever_may_see_the_runs_pictures_and_for_nobody_else(
    client: TestClient, house: House
) -> None:
    show(house, RUN)
    theirs = bearer(a_token(of_another(house, OrgId("acme")), "eve"))
    narrow = bearer(a_token(house, "ci", role=Role.VIEWER, scopes=[Permission.RUNS_READ]))

    assert client.get(f"/runs/{RUN}/live", headers=theirs).status_code == 404
    assert client.get(f"/runs/{RUN}/live", headers=narrow).status_code == 403
    assert 'id="window"' not in client.get(f"/runs/{RUN}", headers=narrow).text


def test_whoever_follows_a_run_is_told_of_each_look_once(house: House) -> None:
    look = OfRun(house, RUN, 0)
    show(house, RUN, seconds_ago=1)

    first, again = look().events, look().events
    show(house, RUN)
    newer = look().events

    assert [b"event: frame" in b"".join(events) for events in (first, again, newer)] == [True, False, True]
