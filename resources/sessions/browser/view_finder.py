"""The view finder: which part of a page a picture shows."""

from __future__ import annotations

import math
from typing import Any

from playwright.sync_api import CDPSession, Error

from inspect_pipelines.domain.action import TakeScreenshot
from inspect_pipelines.domain.playbook import Viewport
from resources.gallery.png import MAX_PIXELS, MAX_SIDE_PX
from resources.sessions.browser.faults import ActionFailed
from resources.sessions.browser.rect import Rect
from resources.sessions.browser.targets import PROBE_MS, locate
from resources.sessions.browser.window import Window


class ViewFinder:
    """Of one window."""

    def __init__(self, window: Window, viewport: Viewport, devtools: CDPSession) -> None:
        self._window = window
        self._viewport = viewport
        self._devtools = devtools

    def region(self, shot: TakeScreenshot | None) -> tuple[Rect, tuple[float, float], float, bool]:
        """What to photograph, in CSS px of the page; where the window stands; image px per CSS px; whether it is more than the window."""
        metrics = self._devtools.send("Page.getLayoutMetrics")
        seen = metrics["cssVisualViewport"]
        scroll = (seen["pageX"], seen["pageY"])
        width, height = self.page_size(metrics)
        if shot is not None and shot.clip is not None:
            clip = shot.clip
            if clip.x + clip.width > width or clip.y + clip.height > height:
                raise ActionFailed(
                    f"screenshot {shot.name!r}: clip x={clip.x} y={clip.y} width={clip.width} height={clip.height} "
                    f"does not lie within the page, which is {width} x {height} px"
                )
            return Rect(clip.x, clip.y, clip.width, clip.height), scroll, self._viewport.scale, True
        if shot is not None and shot.element is not None:
            return self._place_of(shot, scroll, (width, height)), scroll, self._viewport.scale, True
        if shot is None or not shot.full_page or (width, height) == self._size_of_window():
            # A phone shows a page that was not made for it zoomed out.
            window = Rect(scroll[0], scroll[1], seen["clientWidth"], seen["clientHeight"])
            return window, scroll, self._viewport.scale * seen["scale"], False
        return Rect(0, 0, *self._capped(width, height)), scroll, self._viewport.scale, True

    def _place_of(self, shot: TakeScreenshot, scroll: tuple[float, float], size: tuple[int, int]) -> Rect:
        """Where the element of a picture is on the page, on whole px."""
        assert shot.element is not None
        try:
            box = locate(self._window.page, shot.element).bounding_box(timeout=PROBE_MS)
        except Error as error:
            self._window.survived(error)
            box = None
        if box is None:
            raise ActionFailed(f"screenshot {shot.name!r}: {shot.element} went away")
        left, top = math.floor(box["x"] + scroll[0]), math.floor(box["y"] + scroll[1])
        right, bottom = (
            math.ceil(box["x"] + scroll[0] + box["width"]),
            math.ceil(box["y"] + scroll[1] + box["height"]),
        )
        seen = Rect(left, top, right - left, bottom - top).within(Rect(0, 0, *size))
        if seen is None or seen.width < 1 or seen.height < 1:
            raise ActionFailed(
                f"screenshot {shot.name!r}: {shot.element} has no place on the page that can be seen"
            )
        return seen

    def page_size(self, metrics: dict[str, Any] | None = None) -> tuple[int, int]:
        """Width and height of the whole page in CSS px, at least the window's."""
        content = (metrics or self._devtools.send("Page.getLayoutMetrics"))["cssContentSize"]
        return (
            max(math.ceil(content["width"]), self._viewport.width),
            max(math.ceil(content["height"]), self._viewport.height),
        )

    def _capped(self, width: int, height: int) -> tuple[int, int]:
        """Width and height in CSS px that a picture of such a page may have."""
        scale = self._viewport.scale
        widest = min(width, math.floor(MAX_SIDE_PX / scale))
        return widest, min(
            height, math.floor(MAX_SIDE_PX / scale), math.floor(MAX_PIXELS / scale**2 / widest)
        )

    def _size_of_window(self) -> tuple[int, int]:
        return self._viewport.width, self._viewport.height


def devtools_of(window: Window, viewport: Viewport) -> CDPSession:
    """A line to the browser's own camera, which can be asked for pictures that are quick to make and to read.

    A capture beyond the window falls back to the metrics of the session that asks: so this one gets the same ones
    as Playwright's, else the page would be laid out anew at scale 1 while the shutter is open.
    """
    devtools = window.page.context.new_cdp_session(window.page)
    devtools.send(
        "Emulation.setDeviceMetricsOverride",
        {
            "width": viewport.width,
            "height": viewport.height,
            "screenWidth": viewport.width,
            "screenHeight": viewport.height,
            "deviceScaleFactor": viewport.scale,
            "mobile": viewport.mobile,
        },
    )
    return devtools
