"""The mirror: a page's window as people may watch it while it is played, small, and never more than its pictures show.

A look asks Chromium for one frame of its screencast and ends it again: a page that changes a thousand times a second
costs what a still one costs, and a still one is known to be as it was. Everything happens in the turns of the browser's
own connection, beside what is played, and nothing of it may end a session. While a page waits for its next document DevTools
answers nothing: what was seen before stays as long as it is fresh.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from time import monotonic
from typing import Any

from PIL import Image
from playwright.sync_api import Page

from inspect_pipelines.domain.action import TakeScreenshot
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.template import fill, placeholders
from resources.sessions.browser.lookout import Lookout
from resources.sessions.browser.masks import Masks, cover
from resources.sessions.browser.rect import Rect

CAST = {"format": "jpeg", "quality": 60, "maxWidth": 960, "maxHeight": 720}
FRAME_SECONDS, LATE_SECONDS = 0.02, 2.0  # how often one is looked for, and until when
BUSY_SECONDS = 0.05  # while our own camera holds the page still
PAUSE_SECONDS = (0.4, 3.0)  # between two looks
IDLE_SHARE = 9  # times as long as looking for masks took nothing is done: they cost a tenth of a core at most
SOFT_PX = 3  # px of the frame by which a mask is larger: what is made smaller and packed has soft edges


def masked_in(playbook: Playbook, values: Mapping[str, str]) -> list[str]:
    """The selectors of everything that a picture of the playbook covers, be it one of them only."""
    shots = [
        each for step in playbook.every_step for each in step.actions if isinstance(each, TakeScreenshot)
    ]
    masks = dict.fromkeys((*playbook.page.mask, *(mask for shot in shots for mask in shot.mask)))
    return [fill(mask, values) for mask in masks if all(name in values for name in placeholders(mask))]


@dataclass(frozen=True, slots=True)
class Sight:
    """What must not be seen at one moment, and where the window stood then."""

    masks: Masks
    region: Rect

    def hides_as(self, other: Sight) -> bool:
        """Whether nothing that a secret stands in has moved, come or gone; else nobody knows where it was between."""
        mine, theirs = self.masks, other.masks
        return self.region == other.region and (mine.secret, mine.painted, mine.parts) == (
            theirs.secret,
            theirs.painted,
            theirs.parts,
        )

    @property
    def rects(self) -> Iterator[Rect]:
        yield from self.masks.secret
        for rects in self.masks.by_selector.values():
            yield from rects


NOTHING = Sight(Masks(), Rect(0, 0, 1, 1))


class Mirror:
    """Of one page.

    Args:
        page: It.
        lookout: Of its own, so that it shares no state with what plays.
        masks: Selectors of what no picture of the playbook shows.
        has_secrets: Whether the page may come to show one.
        is_shown: Whether the playing stands in this page.
        is_busy: Whether our camera holds it still now, for pictures that nothing may touch.
        show: Given each frame, a JPEG.
    """

    def __init__(
        self,
        page: Page,
        lookout: Lookout,
        masks: Sequence[str],
        *,
        has_secrets: bool,
        is_shown: Callable[[], bool],
        is_busy: Callable[[], bool],
        show: Callable[[bytes], None],
    ) -> None:
        self._page, self._lookout, self._masks = page, lookout, masks
        self._hides = has_secrets or bool(masks)
        self._is_shown, self._is_busy, self._show = is_shown, is_busy, show
        self._frame: dict[str, Any] | None = None
        self._is_running = self._is_closed = False
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.on("Page.screencastFrame", self._on_frame)
        # It begins in a turn of DevTools' own: one of Playwright's would hold up what that tells others. Before its
        # first document a window has painted nothing.
        self._devtools.on("Page.domContentEventFired", lambda _: self._run())
        self._devtools.send("Page.enable")

    def close(self) -> None:
        """Nothing is shown from here on."""
        self._is_closed = True

    def _on_frame(self, event: dict[str, Any]) -> None:
        self._frame = event
        self._run()

    def _run(self) -> None:
        if self._is_running or self._is_closed:
            return
        self._is_running = True
        try:
            while not self._is_closed:
                if self._is_busy() or not self._is_shown():
                    self._rest(BUSY_SECONDS)
                    continue
                searched = self._look()
                self._rest(min(max(IDLE_SHARE * searched, PAUSE_SECONDS[0]), PAUSE_SECONDS[1]))
        except Exception:  # noqa: BLE001 - the page has gone, the disk is full: whoever plays does without
            self._is_closed = True

    def _look(self) -> float:
        """Show a frame, if one may be shown; the seconds that it took to find what must not be seen."""
        began_at = monotonic()
        before = self._sight()
        found_at = monotonic()
        event = self._cast()
        came_at = monotonic()
        after = self._sight()
        searched = found_at - began_at + monotonic() - came_at
        if event is not None and after.hides_as(before) and not self._is_closed:
            self._show(_covered(base64.b64decode(event["data"]), before, after))
        return searched

    def _sight(self) -> Sight:
        """Where nothing is to be hidden the page is not asked."""
        if not self._hides:
            return NOTHING
        seen = self._devtools.send("Page.getLayoutMetrics")["cssVisualViewport"]
        region = Rect(seen["pageX"], seen["pageY"], seen["clientWidth"], seen["clientHeight"])
        return Sight(self._lookout.look(self._masks, (seen["pageX"], seen["pageY"])), region)

    def _cast(self) -> dict[str, Any] | None:
        """One frame that was painted from now on; None: none came in time."""
        self._devtools.send("Page.stopScreencast")
        self._frame = None
        self._devtools.send("Page.startScreencast", CAST)
        give_up_at = monotonic() + LATE_SECONDS
        try:
            while self._frame is None and monotonic() < give_up_at:
                self._rest(FRAME_SECONDS)
            return self._frame
        finally:
            self._devtools.send("Page.stopScreencast")

    def _rest(self, seconds: float) -> None:
        self._page.wait_for_timeout(seconds * 1000)


def _covered(jpeg: bytes, before: Sight, after: Sight) -> bytes:
    """The frame with what must not be seen painted over; what moved, at both places."""
    rects = [*before.rects, *after.rects]
    if not rects:
        return jpeg
    image = Image.open(BytesIO(jpeg)).convert("RGB")
    scale = image.width / before.region.width
    found = (rect.grown(SOFT_PX / scale).in_picture(before.region, scale) for rect in rects)
    boxes: list[Box] = [box for box in found if box]
    written = BytesIO()
    cover(image, boxes).save(written, "JPEG", quality=CAST["quality"])
    return written.getvalue()
