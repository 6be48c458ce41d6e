"""Texts: what the documents of a page show, from a snapshot that DevTools takes without asking the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from playwright.sync_api import CDPSession

from resources.sessions.inlined_svg import texts_in

# What an element shows of its attributes: in a field, instead of a picture, in a list of choices.
SHOWN_ATTRIBUTES = frozenset({"placeholder", "alt", "value", "label"})
# What a page can paint itself, so that no text of it is found anywhere; a picture of its own making likewise.
PAINTED = frozenset({"CANVAS", "VIDEO"})
MADE = ("blob:", "data:image/png", "data:image/jpeg", "data:image/webp", "data:image/avif")
# Where a style names pictures, of which one that is written into its address can be read.
STYLES = ("background-image", "border-image-source", "content", "list-style-image", "mask-image", "cursor")
ADDRESSES = frozenset({"src", "href", "xlink:href", "poster", "srcset", "data"})


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    node: int  # DevTools' number of what shows it
    bounds: tuple[float, ...]  # x, y, width, height in its frame's window
    is_picture: bool = False  # that says it


@dataclass(frozen=True, slots=True)
class Texts:
    """Of one document."""

    frame_id: str
    runs: tuple[tuple[Text, ...], ...]  # each in the order of the document; a value may be split within one
    painted: tuple[Text, ...]  # what paints itself; its text is its name


def texts_of(devtools: CDPSession) -> list[Texts]:
    """Those of all documents of one process, closed shadow roots, generated content and typed values included."""
    snapshot = devtools.send("DOMSnapshot.captureSnapshot", {"computedStyles": [*STYLES]})
    return [_Document(each, snapshot["strings"]).texts() for each in snapshot["documents"]]


class _Document:
    """One document of a snapshot, whose texts are numbers of strings."""

    def __init__(self, document: dict[str, Any], strings: list[str]) -> None:
        self._strings = strings
        self._document = document
        self._nodes = document["nodes"]
        scroll = (document.get("scrollOffsetX", 0), document.get("scrollOffsetY", 0))
        self._bounds: dict[int, tuple[float, ...]] = {}  # by number of node
        for node, (x, y, *size) in zip(
            document["layout"]["nodeIndex"], document["layout"]["bounds"], strict=True
        ):
            self._bounds[node] = (x - scroll[0], y - scroll[1], *size)

    def texts(self) -> Texts:
        return Texts(
            frame_id=self._string(self._document["frameId"]),
            runs=(
                tuple(self._rendered()),
                tuple(self._written()),
                tuple(self._values()),
                *((each,) for each in self._attributes()),
                *((each,) for each in self._choices()),
                *((each,) for each in self._inlined()),
            ),
            painted=tuple(self._painted()),
        )

    def _rendered(self) -> Iterator[Text]:
        """What is laid out, after `text-transform`, with generated content."""
        layout = self._document["layout"]
        for node, text in zip(layout["nodeIndex"], layout["text"], strict=True):
            if text >= 0:
                yield self._text(self._strings[text], node)

    def _written(self) -> Iterator[Text]:
        """The same as the document has it."""
        for node in self._bounds:
            if self._name(node) == "#text":
                yield self._text(self._string(self._nodes["nodeValue"][node]), node)

    def _values(self) -> Iterator[Text]:
        """What stands in fields; a code may be spread over six of them."""
        kinds = (self._nodes["inputValue"], self._nodes["textValue"])
        found = {
            node: value for kind in kinds for node, value in zip(kind["index"], kind["value"], strict=True)
        }
        for node in sorted(found):
            if node in self._bounds:
                yield self._text(self._string(found[node]), node)

    def _attributes(self) -> Iterator[Text]:
        for node in self._bounds:
            written = self._nodes["attributes"][node]
            for name, value in zip(written[::2], written[1::2], strict=True):
                if self._string(name) in SHOWN_ATTRIBUTES and self._string(value):
                    yield self._text(self._string(value), node)

    def _choices(self) -> Iterator[Text]:
        """What a closed list of choices shows is laid out by the browser's own means."""
        for node, parent in enumerate(self._nodes["parentIndex"]):
            if node in self._bounds or parent < 0:
                continue
            shower = self._shower(parent)
            if shower is not None:
                text = " ".join([self._string(self._nodes["nodeValue"][node]), *self._labels(node)])
                yield self._text(text, shower)

    def _inlined(self) -> Iterator[Text]:
        """What pictures say that are written into an address or a style as SVG."""
        layout = self._document["layout"]
        for node, styles in zip(layout["nodeIndex"], layout["styles"], strict=True):
            values = [self._string(style) for style in styles]
            for value in (*values, *self._sources(node)):
                for text in texts_in(value):
                    yield replace(self._text(text, node), is_picture=True)

    def _sources(self, node: int) -> Iterator[str]:
        """The addresses that an element shows something of."""
        written = self._nodes["attributes"][node]
        for name, value in zip(written[::2], written[1::2], strict=True):
            if self._string(name) in ADDRESSES:
                yield self._string(value)

    def _painted(self) -> Iterator[Text]:
        for node in self._bounds:
            name = self._name(node)
            if name in PAINTED or any(source.startswith(MADE) for source in self._sources(node)):
                yield self._text(name, node)

    def _labels(self, node: int) -> Iterator[str]:
        written = self._nodes["attributes"][node]
        for name, value in zip(written[::2], written[1::2], strict=True):
            if self._string(name) == "label":
                yield self._string(value)

    def _shower(self, node: int) -> int | None:
        """The list that an option belongs to; None: no part of a list."""
        while node >= 0 and self._name(node) in ("OPTION", "OPTGROUP", "SELECT"):
            if self._name(node) == "SELECT":
                return node if node in self._bounds else None
            node = self._nodes["parentIndex"][node]
        return None

    def _text(self, text: str, node: int) -> Text:
        return Text(text, self._nodes["backendNodeId"][node], self._bounds[node])

    def _name(self, node: int) -> str:
        return self._string(self._nodes["nodeName"][node])

    def _string(self, number: int) -> str:
        return self._strings[number] if number >= 0 else ""
