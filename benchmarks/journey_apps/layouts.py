"""Layouts: where every element of a page stands, in a session of ours after its picture and in a plain browser."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from benchmarks.journey_apps.applications import Application
from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.ids import PlaybookId
from inspect_pipelines.domain.playbook import PageRules, Playbook, Step, Viewport
from inspect_pipelines.domain.session import SessionRequest
from resources import chromium
from resources.clock import SystemClock
from resources.gallery.folder import FolderGallery
from resources.logins.folder import FolderLogins
from resources.sessions.browser.halt import Halt
from resources.sessions.browser.player import Player
from resources.sessions.browser.readiness import MOST_SCROLLED_PX
from resources.sessions.browser.recorder import Recorder
from resources.sessions.browser.scripts import SCROLL_THROUGH
from resources.sessions.browser.service import FLAGS
from resources.sessions.record import Record
from resources.sessions.redaction import Redactor

VIEWPORTS = (Viewport("desktop", 1280, 800), Viewport("phone", 390, 844, 3, mobile=True))
STILL_MS = 700
EQUAL_LOOKS = (
    4  # in a row: an application that builds itself on a busy machine stands still for a second, too
)
LOOKS = 40
VISITS = 3  # of the plain browser at most: an application is not the same each time there either
LEAST = 10  # elements; an application that has not begun is still, too
NEAR_PX = 0.5

# Every element that is laid out, in the order of the document: its path, and x, y, width and height on the page. For as long
# as that takes the clocks have the width that the pictures give them, else what they say moves their neighbours.
POSITIONS = """({clocks, widths}) => {
  const found = [], sheet = new CSSStyleSheet(), worn = document.adoptedStyleSheets;
  sheet.replaceSync(widths.map(([selector, width]) => `${selector} { box-sizing: border-box !important; width: ${width}px !important; ` +
    `min-width: ${width}px !important; max-width: ${width}px !important; overflow: clip !important; white-space: nowrap !important }`).join(" "));
  document.adoptedStyleSheets = [...worn, sheet];
  const visit = (root, path) => {
    for (const e of root.children) {
      if (/^(SCRIPT|STYLE|HEAD|META|LINK|TITLE|VITE-ERROR-OVERLAY)$/.test(e.tagName) || clocks.some((each) => e.matches(each))) continue;
      if (e.getAnimations().some((each) => each.effect?.getComputedTiming().endTime === Infinity)) continue; // it stands nowhere
      const name = `${path}/${e.tagName.toLowerCase()}`, box = e.getBoundingClientRect();
      if (box.width || box.height) found.push([name + (/^[a-z_-]+$/i.test(e.id) ? `#${e.id}` : e.classList[0] ? `.${e.classList[0]}` : ""), box.x + scrollX, box.y + scrollY, box.width, box.height]);
      if (e.shadowRoot) visit(e.shadowRoot, name + "/shadow");
      visit(e, name);
    }
  };
  visit(document, "");
  document.adoptedStyleSheets = worn;
  return found;
}"""

Clocks = Mapping[str, Sequence[object]]
Place = tuple[str, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """One page, looked at twice.

    Attributes:
        elements: That were compared.
        apart: Those that stand somewhere else in our session than in the plain browser's likest visit, the first few in words.
    """

    application: str
    route: str
    viewport: str
    elements: int
    apart: int
    said: tuple[str, ...]


def layouts(application: Application, url: str, scratch: Path) -> list[Layout]:
    """One for each route and viewport."""
    found = []
    clocks = {
        "clocks": [mask if isinstance(mask, str) else mask[0] for mask in application.masks],
        "widths": [mask for mask in application.masks if not isinstance(mask, str)],
    }
    with sync_playwright() as playwright:
        for route, address in application.routes.items():
            for viewport in VIEWPORTS:
                ours = _in_our_session(playwright, application, url, address, viewport, clocks, scratch)
                looked = []
                while len(looked) < VISITS and not (looked and looked[-1].apart == 0):
                    plain = _in_a_plain_browser(playwright, url + address, viewport, clocks)
                    looked.append(_compared(application.name, route, viewport.name, ours, plain))
                found.append(min(looked, key=lambda each: each.apart))
    return found


def _compared(application: str, route: str, viewport: str, ours: list[Place], plain: list[Place]) -> Layout:
    said = []
    if len(ours) != len(plain):
        known: Mapping[str, int] = {}
        known = _counts(plain)
        more = [name for name, count in _counts(ours).items() if known.get(name, 0) != count]
        said.append(f"{len(ours)} elements, a plain browser has {len(plain)}: {', '.join(more[:3])}")
    pairs = list(zip(ours, plain, strict=False))
    apart = [
        (one, other)
        for one, other in pairs
        if one[0] != other[0] or any(abs(a - b) > NEAR_PX for a, b in zip(one[1:], other[1:], strict=True))
    ]
    said += [f"{one[0]} {_box(one)}, in a plain browser {other[0]} {_box(other)}" for one, other in apart[:3]]
    return Layout(
        application, route, viewport, len(pairs), len(apart) + abs(len(ours) - len(plain)), tuple(said)
    )


def _counts(places: list[Place]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for place in places:
        counts[place[0]] = counts.get(place[0], 0) + 1
    return counts


def _box(place: Place) -> str:
    return " ".join(f"{each:.1f}" for each in place[1:])


def _in_our_session(
    playwright: Playwright,
    application: Application,
    url: str,
    address: str,
    viewport: Viewport,
    clocks: Clocks,
    scratch: Path,
) -> list[Place]:
    """The product's own player, up to and with the picture; its last page stays open until its browser is closed."""
    steps = (Step("look", "Look", (Goto(address), TakeScreenshot("look"))),)
    playbook = Playbook(
        PlaybookId(application.name),
        application.name,
        steps,
        base_url=url,
        viewports=(viewport,),
        page=PageRules(),
    )
    request = SessionRequest("layouts", "layouts", playbook, {}, ())
    with _browser(playwright, list(FLAGS)) as browser:
        record = Record(playbook, Redactor(()), lambda _: None, today=SystemClock().now().date())
        player = Player(
            browser,
            request,
            values=[{}],
            secret_names=frozenset(),
            records=[record],
            recorders=[Recorder(playbook.evidence, record, None, scratch)],
            gallery=FolderGallery(scratch / "layouts-gallery"),
            clock=SystemClock(),
            halt=Halt(),
            logins=FolderLogins(scratch / "layouts-logins"),
        )
        try:
            player.play()
            return _positions(browser.contexts[-1].pages[0], clocks)
        finally:
            player.close()


def _in_a_plain_browser(playwright: Playwright, url: str, viewport: Viewport, clocks: Clocks) -> list[Place]:
    """Playwright's own defaults, in the same window and with the same wishes of its user, read to the end, and no picture at all."""
    with _browser(playwright, []) as browser:
        page = browser.new_page(
            viewport={"width": viewport.width, "height": viewport.height},
            screen={"width": viewport.width, "height": viewport.height},
            device_scale_factor=viewport.scale,
            is_mobile=viewport.mobile,
            has_touch=viewport.mobile,
            locale="en-US",
            timezone_id="UTC",
            color_scheme="light",
            reduced_motion="reduce",
        )
        page.goto(url)
        _positions(page, clocks)  # what shows itself when it is scrolled to has to be there
        page.evaluate(SCROLL_THROUGH, {"most": MOST_SCROLLED_PX})
        return _positions(page, clocks)


def _positions(page: Page, clocks: Clocks) -> list[Place]:
    """Once they stay what they are."""
    before: list[Place] = []
    equal = 1
    for _ in range(LOOKS):
        page.wait_for_timeout(STILL_MS)
        now = [tuple(each) for each in page.evaluate(POSITIONS, clocks)]
        equal = equal + 1 if now == before else 1
        if equal == EQUAL_LOOKS and len(now) >= LEAST:
            return now
        before = now
    return before


def _browser(playwright: Playwright, flags: list[str]) -> Browser:
    return playwright.chromium.launch(
        executable_path=chromium.find(), args=flags, chromium_sandbox=os.geteuid() != 0
    )
