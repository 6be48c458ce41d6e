"""A film is small, shows what led to a fault, and ends with it."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from inspect_pipelines.domain.box import Box
from resources.sessions.browser.clean_files import misread
from resources.sessions.browser.film import MOST_FRAMES, Film

RANDOM = np.random.default_rng(7)


def picture(shade: int = 200) -> bytes:
    written = BytesIO()
    Image.new("RGB", (320, 200), (shade, shade, shade)).save(written, "JPEG")
    return written.getvalue()


def noise() -> bytes:
    written = BytesIO()
    Image.fromarray(RANDOM.integers(0, 255, (200, 320, 3), dtype=np.uint8)).save(written, "JPEG")
    return written.getvalue()


def frames_of(film: bytes | None) -> int:
    assert film is not None
    with Image.open(BytesIO(film)) as image:
        return image.n_frames


def test_without_a_frame_there_is_no_film() -> None:
    assert Film(is_whole=True).encoded(1_000_000) is None


def test_what_is_long_before_a_fault_is_not_in_a_film_of_it() -> None:
    film, whole = Film(is_whole=False), Film(is_whole=True)
    for each in (film, whole):
        for second in range(0, 60, 5):
            each.add(picture(second * 4), "look (desktop)", at=float(second))
        each.fault(picture(), "look (desktop)", "no button", Box(10, 10, 50, 20), at=60.0)

    assert frames_of(film.encoded(8_000_000)) == 5
    assert frames_of(whole.encoded(8_000_000)) == 13


def test_a_film_keeps_to_its_bytes_and_still_ends_with_the_fault() -> None:
    film = Film(is_whole=True)
    for second in range(12):
        film.add(noise(), "look (desktop)", at=float(second))
    film.fault(noise(), "look (desktop)", "no button " * 40, None, at=12.0)

    whole = film.encoded(8_000_000)
    assert whole is not None
    small = film.encoded(len(whole) // 3)

    assert small is not None
    assert len(small) <= len(whole) // 3
    assert 0 < frames_of(small) < 13
    assert film.encoded(100) is None


def test_a_session_of_hours_has_a_film_of_minutes() -> None:
    film = Film(is_whole=True)
    for second in range(3 * MOST_FRAMES):
        film.add(picture(second % 250), "look (desktop)", at=float(second))

    assert frames_of(film.encoded(8_000_000)) <= 2 * MOST_FRAMES


def test_what_a_site_makes_of_a_secret_in_another_encoding_is_known() -> None:
    assert "SÃ¶hne" in misread("Söhne")
    assert misread("plain") == set()
