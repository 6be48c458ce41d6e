"""The lookout: where masks and secrets are on a page at one moment; no value of a secret is handed to the page for that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from playwright.sync_api import ElementHandle, Error, Page

from resources.sessions.browser.masks import Masks
from resources.sessions.browser.panes import Pane, Panes, Point
from resources.sessions.browser.rect import Rect
from resources.sessions.browser.scripts import DRAWN, MASK_BOXES, SHOWN_AT
from resources.sessions.browser.secrets import Secrets
from resources.sessions.browser.targets import locate
from resources.sessions.browser.texts import PAINTED, Text, Texts, texts_of

PROBE_MS = 1000
MOST_ASKED = (
    300  # nodes whose lines and columns are asked for one by one; of further ones the snapshot's box is taken
)


class Lookout:
    """For one page."""

    def __init__(self, page: Page, secrets: Secrets) -> None:
        self._page = page
        self._secrets = secrets
        self._panes = Panes(page)

    def look(self, selectors: Sequence[str], scroll: Point) -> Masks:
        """Find all masks now, in all frames; costs nothing when there are none.

        Args:
            scroll: Where the window stands on the page.
        """
        if not selectors and not self._secrets.values:
            return Masks()
        panes = self._panes.open(scroll)
        by_selector, unmatched, invalid = _selected(panes, selectors)
        if not self._secrets.values:
            return Masks(by_selector, unmatched, invalid)
        fields = list(self._fields())
        echoes: list[Rect] = []
        parts: set[str] = set()
        painted: list[tuple[Pane, Text]] = []
        for pane, texts in self._texts(panes):
            found, split = self._heard(texts)
            echoes += _places(pane, found)
            parts |= split
            painted += [(pane, each) for each in texts.painted]
        doubtful = [one for one in painted if not self._is_as_before(*one)] if fields else []
        for pane, each in doubtful:
            if each.text in PAINTED:
                echoes += _places(pane, [each])
        return Masks(
            by_selector,
            unmatched,
            invalid,
            secret=tuple(dict.fromkeys([*fields, *echoes])),
            parts=frozenset(parts),
            painted=frozenset(each.text.lower() for _, each in doubtful),
        )

    def remember_painted(self) -> None:
        """Note what every canvas shows, before a secret is filled into the page: one that stays so cannot show it."""
        try:
            panes = self._panes.open((0, 0))
            for pane, texts in self._texts(panes):
                for each in texts.painted:
                    if said := _drawn(pane, each):
                        self._secrets.drawn[(pane.frame_id, each.node)] = said
        except Error:  # what could not be looked at counts as unknown
            self._page.title()

    def _is_as_before(self, pane: Pane, painted: Text) -> bool:
        before = self._secrets.drawn.get((pane.frame_id, painted.node))
        return before is not None and before == _drawn(pane, painted)

    def parts(self) -> frozenset[str]:
        """What of secrets stands on the page in pieces right now."""
        if not self._secrets.values:
            return frozenset()
        try:
            panes = self._panes.open((0, 0))
            return frozenset(part for _, texts in self._texts(panes) for part in self._heard(texts)[1])
        except Error:  # nothing will be read from a page that is gone
            return frozenset()

    def hidden(self, text: str, parts: frozenset[str]) -> str:
        """A text of the page for people: secrets, and whole texts that hold a part of one, as `***`."""
        return self._secrets.ear.hidden(text, parts)

    def _texts(self, panes: Sequence[Pane]) -> Iterator[tuple[Pane, Texts]]:
        for number, devtools in enumerate(dict.fromkeys(pane.devtools for pane in panes)):
            of_frame = {pane.frame_id: pane for pane in panes if pane.devtools is devtools}
            try:
                documents = texts_of(devtools)
            except Error:
                if number == 0:
                    raise
                continue  # a frame that went away meanwhile
            for texts in documents:
                if pane := of_frame.get(texts.frame_id):
                    yield pane, texts

    def _heard(self, texts: Texts) -> tuple[list[Text], set[str]]:
        found: dict[int, Text] = {}
        parts: set[str] = set()
        for run in texts.runs:
            echoes = self._secrets.ear.hear([each.text for each in run])
            found |= {run[number].node: run[number] for number in echoes.pieces}
            parts |= echoes.parts
        return list(found.values()), parts

    def _fields(self) -> Iterator[Rect]:
        """The fields that a secret was filled into, and those of the same name, wherever they are on this page."""
        elements = list(self._secrets.elements)
        for target in self._secrets.fields:
            try:
                elements += [
                    each.element_handle(timeout=PROBE_MS) for each in locate(self._page, target).all()
                ]
            except Error:
                self._page.title()  # raises again when the page itself is gone
        for element in elements:
            try:
                if rect := self._place_of(element):
                    yield rect
            except Error:  # its document is gone
                self._page.title()
                if element in self._secrets.elements:
                    self._secrets.elements.remove(element)

    def _place_of(self, element: ElementHandle) -> Rect | None:
        """Where an element is; Playwright counts from the frame element of a process's outermost frame, padding or not."""
        frame, box = element.owner_frame(), element.bounding_box()
        if frame is None or box is None:
            return None
        root, lens = self._panes.lens_of_root(frame)
        x, y = box["x"], box["y"]
        if root.parent_frame is not None:
            outer = root.frame_element().bounding_box()
            if outer is None:
                return None
            x, y = x - outer["x"], y - outer["y"]
        width, height = box["width"], box["height"]
        return lens.place([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])


def _selected(
    panes: Sequence[Pane], selectors: Sequence[str]
) -> tuple[dict[str, tuple[Rect, ...]], tuple[str, ...], tuple[str, ...]]:
    """Places by selector; selectors that match nothing; texts that are none."""
    rects: dict[str, list[Rect]] = {selector: [] for selector in selectors}
    counts = dict.fromkeys(selectors, 0)
    invalid: set[str] = set()
    for number, pane in enumerate(panes if selectors else ()):
        try:
            answer = pane.ask(MASK_BOXES, list(selectors))
        except Error:
            if number == 0:
                raise
            continue  # a frame that went away meanwhile
        for selector, found in answer.items():
            if found is None:
                invalid.add(selector)
                continue
            counts[selector] += found[0]
            rects[selector] += pane.rects(found[1])
    unmatched = tuple(selector for selector, count in counts.items() if not count and selector not in invalid)
    valid = {selector: tuple(found) for selector, found in rects.items() if selector not in invalid}
    return valid, unmatched, tuple(invalid)


def _places(pane: Pane, texts: Sequence[Text]) -> Iterator[Rect]:
    # A picture that is the content of `::before` is higher than the line that scripts are told of.
    yield from pane.rects([text.bounds for text in texts if text.is_picture])
    for text in texts[:MOST_ASKED]:
        try:
            yield from pane.rects(pane.ask(SHOWN_AT, node=text.node))
        except Error:  # generated content is no node for scripts
            yield from _measured(pane, text)
    yield from pane.rects([text.bounds for text in texts[MOST_ASKED:]])


def _drawn(pane: Pane, painted: Text) -> str:
    """A digest of a canvas; empty where it cannot be read, or gives nothing away."""
    if painted.text != "CANVAS":
        return ""
    try:
        return str(pane.ask(DRAWN, node=painted.node))
    except Error:
        return ""


def _measured(pane: Pane, text: Text) -> Iterator[Rect]:
    try:
        quads = pane.devtools.send("DOM.getContentQuads", {"backendNodeId": text.node})["quads"]
    except Error:  # it has gone since
        yield from pane.rects([text.bounds])
        return
    for quad in quads:
        if rect := pane.root.place(
            [(x * pane.zoom, y * pane.zoom) for x, y in zip(quad[::2], quad[1::2], strict=True)]
        ):
            yield rect
