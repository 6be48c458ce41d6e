"""Panes: every document that a page shows, and how a place in it becomes a place on the page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from playwright.sync_api import CDPSession, Error, Frame, Page

from resources.sessions.browser.rect import Rect

WORLD = "inspect"  # scripts of a page see nothing of it, and cannot patch what it calls
EVERYWHERE = Rect(-1e9, -1e9, 2e9, 2e9)
BLUR_PX = 1.0  # what is painted apart, or not upright, has soft edges
SLANT_PX = 1.0  # a window whose corners are this far from a parallelogram is seen in perspective

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]  # top left, top right, bottom right, bottom left


@dataclass(frozen=True, slots=True)
class Lens:
    """How a document's window lies on the page: padded, scaled, turned."""

    corners: Quad  # of the window, in CSS px of the page
    width: float  # of the window, in its own CSS px
    height: float
    seen: Rect  # the part of the page in which it shows
    blur: float = 0.0  # px of the page by which its edges may be off

    @property
    def is_flat(self) -> bool:
        a, b, c, d = self.corners
        return math.hypot(a[0] + c[0] - b[0] - d[0], a[1] + c[1] - b[1] - d[1]) <= SLANT_PX

    def point(self, x: float, y: float) -> Point:
        """Where a place of the window is on the page."""
        a, b, _, d = self.corners
        across, down = x / self.width, y / self.height
        return (
            a[0] + across * (b[0] - a[0]) + down * (d[0] - a[0]),
            a[1] + across * (b[1] - a[1]) + down * (d[1] - a[1]),
        )

    def place(self, points: Sequence[Point]) -> Rect | None:
        """Where a shape of the window is on the page, rounded to an upright one; None when it is not seen.

        In perspective, where no part of it can be told from another, the whole window.
        """
        shape = [self.point(*each) for each in points] if self.is_flat else self.corners
        return Rect.around(shape).grown(self.blur).within(self.seen)

    def inner(self, quad: Quad, width: float, height: float, *, is_apart: bool = False) -> Lens:
        """The lens of a window within this one, whose corners are given in this one's own px.

        Args:
            is_apart: Another process paints it.
        """
        a, b, c, d = (self.point(*corner) for corner in quad) if self.is_flat else self.corners
        is_plain = max(map(abs, (b[1] - a[1], d[0] - a[0], b[0] - a[0] - width, d[1] - a[1] - height))) < 0.1
        blur = BLUR_PX if is_apart or self.blur or not is_plain else 0.0
        seen = Rect.around((a, b, c, d)).grown(blur).within(self.seen) or Rect(0, 0, 0, 0)
        return Lens((a, b, c, d), width, height, seen, blur)


@dataclass(frozen=True, slots=True)
class Pane:
    """One document, asked in a world that its own scripts cannot reach."""

    devtools: CDPSession
    frame_id: str
    context_id: int
    lens: Lens  # of its own window
    root: Lens  # of the outermost window of its process, in which DevTools measures
    zoom: float  # of this document in that one, by which DevTools divides what it measures

    def ask(self, function: str, *arguments: Any, node: int | None = None) -> Any:
        """What a JavaScript function answers; its `this` is a node of the document (DevTools' number), if one is given."""
        whose: dict[str, Any] = {"executionContextId": self.context_id}
        if node is not None:
            asked = {"backendNodeId": node, "executionContextId": self.context_id}
            whose = {"objectId": self.devtools.send("DOM.resolveNode", asked)["object"]["objectId"]}
        answer = self.devtools.send(
            "Runtime.callFunctionOn",
            whose
            | {
                "functionDeclaration": function,
                "arguments": [{"value": each} for each in arguments],
                "returnByValue": True,
            },
        )
        if "exceptionDetails" in answer:
            raise Error(str(answer["exceptionDetails"].get("text", "a script of ours failed")))
        return answer["result"].get("value")

    def rects(self, boxes: Sequence[Sequence[float]]) -> list[Rect]:
        """Boxes [x, y, width, height] of its window, as places on the page; none of those that are not seen."""
        found = (
            self.lens.place([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
            for x, y, width, height in boxes
        )
        return [rect for rect in found if rect is not None]


@dataclass(frozen=True, slots=True)
class World:
    """A document that can be asked now, in a world that its own scripts cannot reach."""

    devtools: CDPSession
    context_id: int
    is_page: bool  # the page's own, and none of a frame

    def ask(self, function: str, *arguments: Any) -> None:
        """Call a JavaScript function."""
        self._called(function, *arguments)

    def answer(self, function: str, *arguments: Any) -> Any:
        """What it answers, as a value."""
        return self._called(function, *arguments, by_value=True).get("value")

    def made(self, function: str, *arguments: Any) -> str:
        """The object that a JavaScript function returns, as DevTools' id."""
        return str(self._called(function, *arguments)["objectId"])

    def call(self, object_id: str, method: str) -> None:
        """Call a method of an object that was made here."""
        self._of(object_id, f"function() {{ this.{method}() }}")

    def read(self, object_id: str, name: str) -> Any:
        """A field of such an object."""
        return self._of(object_id, f"function() {{ return this.{name} }}")["result"].get("value")

    def _called(self, function: str, *arguments: Any, by_value: bool = False) -> dict[str, Any]:
        values = [{"value": each} for each in arguments]
        asked = {
            "executionContextId": self.context_id,
            "functionDeclaration": function,
            "arguments": values,
            "returnByValue": by_value,
        }
        answer = self.devtools.send("Runtime.callFunctionOn", asked)
        if "exceptionDetails" in answer:
            raise Error(str(answer["exceptionDetails"].get("text", "a script of ours failed")))
        return dict(answer["result"])

    def _of(self, object_id: str, function: str) -> dict[str, Any]:
        asked = {"objectId": object_id, "functionDeclaration": function, "returnByValue": True}
        return dict(self.devtools.send("Runtime.callFunctionOn", asked))


class Panes:
    """Those of one page, out-of-process frames and those in shadow roots included."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._devtools = page.context.new_cdp_session(page)
        self._own: dict[Frame, CDPSession] = {}

    def open(self, scroll: Point) -> list[Pane]:
        """All documents that are shown now, the page's own first.

        Args:
            scroll: Where the page's window stands on the page.
        """
        x, y = scroll
        roots: dict[Frame, Lens] = {
            self._page.main_frame: Lens(((x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)), 1, 1, EVERYWHERE)
        }
        sessions = {self._page.main_frame: self._devtools}
        panes = list(self._panes(self._devtools, roots[self._page.main_frame], is_page=True))
        for frame in sorted(self._page.frames[1:], key=_depth):
            with suppress(Error):  # it is going away
                devtools = self._session_of(frame)
                if devtools is None:
                    continue
                outer = self.root_of(frame.parent_frame, sessions)
                lens = _lens_of(sessions[outer], roots[outer], devtools)
                roots[frame], sessions[frame] = lens, devtools
                panes += self._panes(devtools, lens, is_page=False)
        self._roots = roots
        return panes

    def worlds(self) -> list[World]:
        """Of all documents, the page's own first; a frame without one, since its server is silent, is none."""
        sessions = [self._devtools]
        for frame in self._page.frames[1:]:
            with suppress(Error):  # it is going away
                if devtools := self._session_of(frame):
                    sessions.append(devtools)
        found = []
        for devtools in sessions:
            with suppress(Error):
                for number, frame_id in enumerate(
                    _frame_ids(devtools.send("Page.getFrameTree")["frameTree"])
                ):
                    with suppress(Error):
                        is_page = devtools is self._devtools and number == 0
                        found.append(World(devtools, _context_id(devtools, frame_id), is_page))
        return found

    def lens_of_root(self, frame: Frame) -> tuple[Frame, Lens]:
        """The outermost frame in a frame's process, and how its window lies on the page; as of the last `open`."""
        root = self.root_of(frame, self._roots)
        return root, self._roots[root]

    def root_of(self, frame: Frame | None, roots: dict[Frame, Any]) -> Frame:
        while frame is not None and frame not in roots:
            frame = frame.parent_frame
        return frame or self._page.main_frame

    def _session_of(self, frame: Frame) -> CDPSession | None:
        """The line to a frame that lives in a process of its own; None: it lives in its parent's."""
        if known := self._own.get(frame):
            try:
                known.send("Page.getFrameTree")
            except Error:
                del self._own[frame]
            else:
                return known
        try:
            self._own[frame] = self._page.context.new_cdp_session(frame)
        except Error:
            return None
        return self._own[frame]

    def _panes(self, devtools: CDPSession, root: Lens, *, is_page: bool) -> Iterator[Pane]:
        tree = devtools.send("Page.getFrameTree")["frameTree"]
        outermost: Pane | None = None
        for number, frame_id in enumerate(_frame_ids(tree)):
            try:
                pane = _pane(devtools, frame_id, root, outermost)
            except Error:
                if number == 0 and is_page:
                    raise
                if number == 0:
                    return
                continue
            outermost = outermost or pane
            yield pane


def _frame_ids(tree: dict[str, Any]) -> Iterator[str]:
    yield tree["frame"]["id"]
    for child in tree.get("childFrames", ()):
        yield from _frame_ids(child)


def _context_id(devtools: CDPSession, frame_id: str) -> int:
    made = devtools.send("Page.createIsolatedWorld", {"frameId": frame_id, "worldName": WORLD})
    return int(made["executionContextId"])


def _pane(devtools: CDPSession, frame_id: str, root: Lens, outermost: Pane | None) -> Pane:
    """Raises Error when the frame shows nothing, or has gone.

    Args:
        outermost: Of its process; None: it is that one.
    """
    pane = Pane(devtools, frame_id, _context_id(devtools, frame_id), root, root, 1.0)
    if outermost is None:
        return pane
    width, height, ratio = pane.ask("() => [innerWidth, innerHeight, devicePixelRatio]")
    asked = {"expression": "document", "contextId": pane.context_id}
    document = devtools.send("Runtime.evaluate", asked)["result"]["objectId"]
    (quad,) = devtools.send("DOM.getContentQuads", {"objectId": document})["quads"]
    zoom = ratio / outermost.ask("() => devicePixelRatio")
    lens = root.inner(_quad(quad, zoom), max(width, 1), max(height, 1))
    return replace(pane, lens=lens, zoom=zoom)


def _lens_of(outer: CDPSession, lens: Lens, inner: CDPSession) -> Lens:
    """How the window of an out-of-process frame lies on the page."""
    frame_id = inner.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    owner = outer.send("DOM.getFrameOwner", {"frameId": frame_id})["backendNodeId"]
    content = outer.send("DOM.getBoxModel", {"backendNodeId": owner})["model"]["content"]
    metrics = inner.send("Page.getLayoutMetrics")["cssLayoutViewport"]
    width, height = max(metrics["clientWidth"], 1), max(metrics["clientHeight"], 1)
    return lens.inner(_quad(content), width, height, is_apart=True)


def _quad(numbers: Sequence[float], zoom: float = 1.0) -> Quad:
    a, b, c, d = ((x * zoom, y * zoom) for x, y in zip(numbers[::2], numbers[1::2], strict=True))
    return (a, b, c, d)


def _depth(frame: Frame) -> int:
    depth = 0
    while frame.parent_frame is not None:
        frame, depth = frame.parent_frame, depth + 1
    return depth
