"""The window as people watch it: what it shows, what it never shows, and that pictures are the same with it and without."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from inspect_pipelines.domain.action import Action, Goto, TakeScreenshot, WaitFor
from inspect_pipelines.domain.gesture import Fill
from inspect_pipelines.domain.playbook import PageRules, Viewport
from inspect_pipelines.domain.session import SessionStatus, Value
from inspect_pipelines.domain.target import Target
from loopback_site.server import Site

SMALL = Viewport("small", 800, 600)
WORD = "s3cr3tWord42"
MOMENT = WaitFor(Target(selector="#never"), timeout_seconds=1.5)
ENOUGH = WaitFor(Target(selector="#enough"), timeout_seconds=60)  # has been seen
ASKS = (
    "<script>setInterval(() => fetch('/enough').then((answer) => { if (answer.ok) { const i = document.createElement('i');"
    "i.id = 'enough'; i.textContent = '.'; i.style.color = '#000'; document.body.append(i) } }), 100)</script>"
)
STYLE = "<!doctype html><meta charset=utf-8><title>Shop</title><style>body,input{color:#f0f;background:#fff;font:24px sans-serif}</style>"
RESTLESS = (
    STYLE
    + "<h1 id=x>0</h1><p>Shop</p><script>setInterval(() => { x.textContent = performance.now() }, 10)</script>"
)
# The field and what the page makes of it are magenta; the echo comes late.
HOSTILE = (
    STYLE
    + "<label>Word <input id=word placeholder=word></label><p id=echo></p><style>body,::placeholder{color:#000}"
    "#word,#echo{color:#f0f}</style><script>word.oninput = () => setTimeout(() => { echo.textContent = word.value }, 400)"
    "</script>"
)
WANDERS = "<style>#word{position:relative;animation:w .3s infinite alternate}@keyframes w{from{left:0}to{left:300px}}</style>"


class Audience(list[bytes]):
    """Whoever watches, and lets a page that asks know when there were so many frames."""

    def __init__(self, site: Site, most: int = 3) -> None:
        self._site, self._most = site, most
        site.own.pop("/enough", None)

    def watch(self, jpeg: bytes) -> None:
        self.append(jpeg)
        if len(self) >= self._most:
            self._site.own["/enough"] = "yes"


def seen(jpeg: bytes) -> int:
    """Pixels of what must not be seen."""
    red, green, blue = np.asarray(Image.open(BytesIO(jpeg)).convert("RGB"), dtype=int).transpose(2, 0, 1)
    return int(((red > green + 60) & (blue > green + 60)).sum())


def test_the_window_is_shown_again_and_again_small_and_no_more_often_for_a_restless_page(play, site) -> None:
    """A page that paints a hundred times a second cannot make it more."""
    site.own["/restless"] = RESTLESS + ASKS
    frames = Audience(site)

    play(Goto("/restless"), ENOUGH, viewports=(Viewport("wide", 2560, 1440),), show=frames.watch)

    assert len(frames) <= 6
    assert all(len(one) < 100_000 for one in frames)
    assert max(Image.open(BytesIO(frames[-1])).size) <= 960
    assert len(set(frames)) > 1


def test_no_frame_shows_what_was_filled_as_a_secret_wherever_it_goes(play, site, monkeypatch) -> None:
    site.own["/hostile"], site.own["/wandering"] = HOSTILE + ASKS, HOSTILE + WANDERS
    monkeypatch.setenv("TEST_WORD", WORD)
    values = {"word": Value("${env:TEST_WORD}", is_secret_reference=True)}
    word = Target(selector="#word")

    still = Audience(site)
    play(
        Goto("/hostile"), Fill(word, "{{word}}"), ENOUGH, viewports=(SMALL,), values=values, show=still.watch
    )
    wandering = Audience(site)
    play(
        Goto("/wandering"),
        Fill(word, "{{word}}"),
        MOMENT,
        viewports=(SMALL,),
        values=values,
        show=wandering.watch,
    )
    known = Audience(site)
    play(Goto("/hostile"), Fill(word, "no secret"), ENOUGH, viewports=(SMALL,), show=known.watch)

    assert [seen(one) for one in (*still, *wandering)] == [0] * len([*still, *wandering])
    assert seen(known[-1]) > 50  # what it looks like where nothing is hidden


def test_what_pictures_mask_is_masked(play, site) -> None:
    site.own["/masked"] = STYLE + "<p class=clock>12:00</p><p class=price>8 EUR</p>" + ASKS
    shot = TakeScreenshot("home", mask=(".price",))
    rules = PageRules(mask=(".clock",))
    frames = Audience(site)

    play(Goto("/masked"), shot, ENOUGH, viewports=(SMALL,), page=rules, show=frames.watch)

    assert seen(frames[-1]) == 0


def test_pictures_are_the_same_with_it_and_without(play) -> None:
    """Twenty of each, of the whole page and of the window, while somebody watches."""
    shots: list[Action] = [TakeScreenshot(f"shot-{at}", full_page=bool(at % 2)) for at in range(10)]
    frames: list[bytes] = []

    watched = play(
        Goto("/other"),
        *shots,
        viewports=(SMALL, Viewport("phone", 390, 844, scale=2.0, mobile=True)),
        show=frames.append,
    )
    alone = play(
        Goto("/other"), *shots, viewports=(SMALL, Viewport("phone", 390, 844, scale=2.0, mobile=True))
    )

    assert watched.status is alone.status is SessionStatus.COMPLETED
    assert frames
    assert len(watched.screenshots) == 20
    assert [one.sha256 for one in watched.screenshots] == [one.sha256 for one in alone.screenshots]


def test_whoever_cannot_show_it_plays_on(play, site) -> None:
    """A full disk is no fault of the page."""

    def full(jpeg: bytes) -> None:
        raise OSError(28, "No space left on device")

    played = play(Goto("/other"), TakeScreenshot("home"), viewports=(SMALL,), show=full)

    assert played.status is SessionStatus.COMPLETED
    assert len(played.screenshots) == 1
