"""The camera: a picture counts once two frames in a row are equal; masks are painted before anything is stored."""

from __future__ import annotations

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import monotonic

from playwright.sync_api import Error

from inspect_pipelines.domain.action import TakeScreenshot
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.element import overlap
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.playbook import PageRules, Viewport
from inspect_pipelines.domain.screenshot import Environment, Masked, Screenshot, View
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.gallery import Gallery
from resources.sessions.browser.blind_spots import BlindSpots
from resources.sessions.browser.faults import ActionFailed
from resources.sessions.browser.frame import Frame
from resources.sessions.browser.lookout import Lookout
from resources.sessions.browser.masks import Masks, painted
from resources.sessions.browser.page_masks import PageMasks
from resources.sessions.browser.readiness import Readiness
from resources.sessions.browser.rect import Rect
from resources.sessions.browser.scripts import ELEMENTS
from resources.sessions.browser.stage import Arrangement, Stage
from resources.sessions.browser.unrest import told
from resources.sessions.browser.view_finder import ViewFinder, devtools_of
from resources.sessions.browser.window import Window
from resources.sessions.record import Record, route_of

MOST_ELEMENTS = 400
MOST_NAME = 60  # characters
MOST_SELECTOR = 160  # characters; one that is cut finds nothing
MOST_TEXT = 300  # characters of what an element says
FRAMES_CAP_SECONDS = 8.0
FILTER = "Emulation.setEmulatedVisionDeficiency"
MOVING_SECONDS = 1.0  # that no frame of a GIF lasts as a rule; it is played once
NOTHING_DRAWN, REST_MS = "Unable to capture screenshot", 500
# Between two frames: longer each time, so that what ends soon is waited for and what never ends costs few frames.
PAUSES_MS = (60, 100, 200, 300, 500, 800, 1000, 1000, 1000, 1000)


class Camera:
    """Takes the pictures of one viewport."""

    def __init__(
        self,
        window: Window,
        viewport: Viewport,
        rules: PageRules,
        *,
        record: Record,
        lookout: Lookout,
        gallery: Gallery,
        environment: Environment,
        clock: Clock,
        page_masks: PageMasks,
    ) -> None:
        self._window = window
        self._viewport = viewport
        self._rules = rules
        self._record = record
        self._lookout = lookout
        self._gallery = gallery
        self._environment = environment
        self._clock = clock
        self._readiness = Readiness(window, rules, record)
        self.stage = Stage(window.page)
        self._blind_spots = BlindSpots(window, record, page_masks, self.stage.ask)
        self._devtools = devtools_of(window, viewport)
        self._finder = ViewFinder(window, viewport, self._devtools)

    def take(
        self, shot: TakeScreenshot, playbook: str, timeout_seconds: float, fill: Callable[[str], str]
    ) -> Screenshot:
        """Wait until the page is ready and still, then store its picture.

        Raises:
            ActionFailed: There is nothing to photograph: not ready, an empty page, a clip outside of it.
        """
        shot = replace(shot, unroll=tuple(fill(selector) for selector in shot.unroll))
        self._window.park_pointer()
        self._readiness.wait(shot, timeout_seconds)
        rules = self._rules
        hidden_everywhere = [fill(selector) for selector in rules.hide]
        arrangement = Arrangement(
            tuple(dict.fromkeys((*hidden_everywhere, *(fill(selector) for selector in shot.hide)))),
            tuple(replace(each, selector=fill(each.selector)) for each in (*rules.widths, *shot.widths)),
            fill(rules.style),
            shot.unroll,
        )
        is_at_top = shot.full_page or shot.clip is not None or shot.element is not None
        of_page = [fill(mask) for mask in self._rules.mask]
        masks = tuple(dict.fromkeys((*of_page, *(fill(mask) for mask in shot.mask))))
        with ThreadPoolExecutor(1) as beside:  # the picture is put away while its page is being let go
            with self.stage.held(at_top=is_at_top, arrangement=arrangement) as arranged:
                self._blind_spots.tell_of_hiding(shot, arrangement.hide, arranged, of_page=hidden_everywhere)
                frame, is_stable = self._still_frame(shot, masks)
                kept = beside.submit(self._kept, frame)
                self._blind_spots.tell(
                    shot,
                    frame,
                    of_page=of_page,
                    picture_size=_size(frame.png),
                    page_size=self._finder.page_size(),
                )
                made = self._made(shot, playbook, frame, arrangement.hide, is_stable=is_stable)
            try:
                sha256, size_bytes = kept.result()
            except Unreadable as error:
                raise ActionFailed(f"screenshot {shot.name!r} could not be kept: {error}") from error
            return replace(made, sha256=sha256, size_bytes=size_bytes)

    def _kept(self, frame: Frame) -> tuple[Sha256, int]:
        """Store a frame, painted; its name and its bytes."""
        png = painted(frame.png, frame.boxes)
        return self._gallery.put(png, with_rows=True), len(png)

    def _made(
        self, shot: TakeScreenshot, playbook: str, frame: Frame, hidden: tuple[str, ...], *, is_stable: bool
    ) -> Screenshot:
        """What is said of the picture, while its page is held; not yet under which name it is kept."""
        width, height = _size(frame.png)
        elements, texts, selectors = self._elements(frame)
        return Screenshot(
            view=View(playbook, shot.name, self._viewport.name),
            sha256=Sha256(""),
            width=width,
            height=height,
            environment=self._environment,
            taken_at=self._clock.now(),
            url=self._window.url,
            route=route_of(self._window.url),
            step_id=self._record.at.step_id,
            masked=(*_masked(frame), *(Masked(selector, ()) for selector in hidden)),
            tolerance=shot.tolerance,
            stable=is_stable,
            elements=elements,
            texts=texts,
            selectors=selectors,
        )

    @property
    def waited_seconds(self) -> float:
        """How long the last picture waited for its page."""
        return self._readiness.waited_seconds

    def snap(self) -> Sha256 | None:
        """The window as it is, for a finding; None when there is nothing to see any more."""
        png = self.glance()
        try:
            return self._gallery.put(png) if png is not None else None
        except Unreadable:
            return None

    def glance(self) -> bytes | None:
        """The same, and not stored."""
        try:
            if not self._window.url or self._window.is_gone:
                return None
            with self.stage.held(at_top=False):
                frame = self._frame(None, self._rules.mask)
            return painted(frame.png, frame.boxes)
        except (Error, Unreadable, ActionFailed):
            return None

    def _still_frame(self, shot: TakeScreenshot, selectors: tuple[str, ...]) -> tuple[Frame, bool]:
        """A frame that equals the one before it, or the last one and False; where pictures move, it equals all of a second."""
        give_up_at = monotonic() + FRAMES_CAP_SECONDS
        self._paint_anew()
        frame = self._frame(shot, selectors)
        count, still_since = 1, monotonic()
        still_seconds = MOVING_SECONDS if self._window.traffic.has_moving_pictures else 0.0
        for pause in PAUSES_MS:
            self._window.page.wait_for_timeout(pause)
            self.stage.hold_again()
            count += 1
            before, frame = frame, self._frame(shot, selectors)
            if not frame.equals(before):
                still_since = monotonic()
            elif monotonic() - still_since >= still_seconds:
                return frame, True
            if monotonic() >= give_up_at:
                break
        self._record.find(
            FindingKind.UNSTABLE,
            f"screenshot {shot.name!r} never stood still in {count} frames: "
            f"{told(self._window.page, before, frame)}",
            url=self._window.url,
        )
        return frame, False

    def _paint_anew(self) -> None:
        """Have Chromium paint all of the page once more, of which its scripts notice nothing.

        What sticks or floats is a layer of its own, and one that was painted while it moved keeps up to half a pixel of
        the place where it was then. A filter of the developer tools that comes and goes leaves no layer as it was.
        """
        self._devtools.send(FILTER, {"type": "reducedContrast"})
        try:  # a frame with it
            self._captured({"format": "jpeg", "clip": {"x": 0, "y": 0, "width": 1, "height": 1, "scale": 1}})
        finally:
            self._devtools.send(FILTER, {"type": "none"})

    def _frame(self, shot: TakeScreenshot | None, selectors: tuple[str, ...]) -> Frame:
        region, scroll, scale, is_whole = self._finder.region(shot)
        masks = self._lookout.look(selectors, scroll)
        command: dict[str, object] = {"format": "png", "optimizeForSpeed": True}
        if is_whole:
            clip = {
                "x": region.x,
                "y": region.y,
                "width": region.width,
                "height": region.height,
                "scale": 1,
            }
            # Never `captureBeyondViewport`: it lays the page out at 1 x 1 px first (a workaround of Chromium's), which every
            # ResizeObserver hears of. That more than the window is painted is a flag of ours (service.py).
            command |= {"clip": clip}
        png = self._captured(command)
        again = self._lookout.look(selectors, scroll)
        frame = Frame(png, region, scale, again, ())
        # An element that moves while the shutter is open is covered at both places.
        boxes = (frame.place(rect) for each in (masks, again) for rect in _all_rects(each))
        return replace(frame, boxes=tuple(dict.fromkeys(box for box in boxes if box)))

    def _captured(self, command: dict[str, object]) -> bytes:
        """A machine that is busy may have drawn nothing yet: asked once more."""
        try:
            answer = self._devtools.send("Page.captureScreenshot", command)
        except Error as error:
            if NOTHING_DRAWN not in error.message:
                raise
            self._window.page.wait_for_timeout(REST_MS)
            answer = self._devtools.send("Page.captureScreenshot", command)
        return base64.b64decode(answer["data"])

    def _elements(self, frame: Frame) -> tuple[tuple[tuple[str, Box], ...], tuple[str, ...], tuple[str, ...]]:
        """What stands where in the picture, what it says and by which selector it is found, the most telling elements first."""
        named, texts, selectors = [], [], []
        masked = [box for each in _masked(frame) for box in each.boxes]
        for kind, label, text, test_id, own_id, css, selector, *box in self.stage.ask(
            ELEMENTS, {"most": MOST_ELEMENTS}
        ):
            place = frame.place(Rect(*box))
            if place is None:
                continue
            # What is painted over in the picture is not written down beside it either. As a name a secret is `***` already;
            # what a mask of the playbook covers is named without what it says.
            is_covered = any(overlap(place, box) for box in frame.boxes)
            if label == text and any(overlap(place, box) for box in masked):
                label = ""
            shown = self._record.shortened(self._lookout.hidden(label, frame.masks.parts), MOST_NAME)
            address = f"[{test_id}]" if test_id else f"#{own_id}" if own_id else f".{css}" if css else ""
            selectors.append(
                self._record.shortened(self._lookout.hidden(selector, frame.masks.parts), MOST_SELECTOR)
            )
            named.append((f"{kind} {shown!r}" if shown else f"{kind} {address}".rstrip(), place))
            texts.append(
                ""
                if is_covered
                else self._record.shortened(self._lookout.hidden(text, frame.masks.parts), MOST_TEXT)
            )
        return tuple(named), tuple(texts), tuple(selectors)


def _masked(frame: Frame) -> tuple[Masked, ...]:
    return tuple(
        Masked(selector, tuple(box for rect in rects if (box := frame.place(rect))))
        for selector, rects in frame.masks.by_selector.items()
    )


def _all_rects(masks: Masks) -> list[Rect]:
    return [*(rect for rects in masks.by_selector.values() for rect in rects), *masks.secret]


def _size(png: bytes) -> tuple[int, int]:
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
