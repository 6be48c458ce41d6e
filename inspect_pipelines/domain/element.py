"""Elements: what stands where on a page, as the capture noted it; so that a changed area has a name and a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Band, BandKind, ChangeKind, Region
from inspect_pipelines.domain.screenshot import Screenshot

COVERS_RATIO = 0.8  # an element stands for a region when it covers this much of it
FITS_RATIO = 0.5  # of the area that region and element cover together: then the region is the element
CUT = "…"  # ends a text that was noted in part

Elements = Sequence[tuple[str, Box]]


class Mapped(Protocol):
    """A picture with the elements on it: a screenshot, or what a baseline keeps of one."""

    @property
    def elements(self) -> tuple[tuple[str, Box], ...]: ...
    @property
    def texts(self) -> tuple[str, ...]: ...


def named(regions: Iterable[Region], bands: Sequence[Band], old: Mapped, new: Mapped) -> tuple[Region, ...]:
    """The regions with the elements that they are, and with what those said before and say now.

    Args:
        regions, bands: In the new picture's coordinates.
        old, new: Where their captures noted nothing, nothing is named.
    """
    return tuple(_named(region, before(region.box, bands), old, new) for region in regions)


def element_at(box: Box, elements: Elements) -> str | None:
    """The name of the smallest element that covers most of a box, else of the one that meets it best; None: none does."""
    met = [(name, at, overlap(box, at)) for name, at in elements if overlap(box, at)]
    covering = [(at.area, name) for name, at, shared in met if shared >= COVERS_RATIO * box.area]
    if covering:
        return min(covering)[1]
    # Nothing holds it all: the element of which the most is inside, weighed by how much of the box it fills.
    best = max(met, key=lambda hit: (hit[2] * hit[2] / hit[1].area, hit[0]), default=None)
    return best[0] if best else None


def selectors_at(boxes: Iterable[Box], shot: Screenshot) -> tuple[str, ...]:
    """By which a mask finds what stands at these places, each once; none where the capture noted none."""
    there = [(selector, at) for selector, (_, at) in zip(shot.selectors, shot.elements, strict=False)]
    found = (element_at(box, there) for box in boxes)
    return tuple(dict.fromkeys(selector for selector in found if selector))


def selectors_within(box: Box, shot: Screenshot) -> tuple[str, ...]:
    """By which a mask finds what somebody drew a box round: the outermost elements in it, else what stands there."""
    there = [(selector, at) for selector, (_, at) in zip(shot.selectors, shot.elements, strict=False)]
    inside = [
        (selector, at) for selector, at in there if at.area and overlap(box, at) >= COVERS_RATIO * at.area
    ]
    outermost = [
        selector
        for selector, at in inside
        if not any(overlap(at, other) == at.area < other.area for _, other in inside)
    ]
    return tuple(dict.fromkeys(one for one in outermost if one)) or selectors_at((box,), shot)


def before(box: Box, bands: Iterable[Band]) -> Box:
    """Where a part of the new page stood in the old one, by the rows that came in and went above it."""
    shift = 0
    for band in bands:
        if band.kind is BandKind.INSERTED and band.y + band.height <= box.y:
            shift -= band.height
        elif band.kind is BandKind.REMOVED and band.y <= box.y:
            shift += band.height
    return replace(box, y=box.y + shift)


def overlap(a: Box, b: Box) -> int:
    """Shared pixels of two boxes."""
    width = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    height = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    return max(width, 0) * max(height, 0)


def reworded(old: Mapped, new: Mapped) -> tuple[Box, ...]:
    """Where an element that stands where it stood says another text, by what the captures noted.

    With the boxes of both sides: the longer text reaches farther. An element that moved away is not looked for.
    """
    said: dict[tuple[str, Box], list[str]] = {}
    for (name, at), text in zip(old.elements, old.texts, strict=False):
        said.setdefault((_kind(name), at), []).append(text)
    found: list[Box] = []
    for (name, at), text in zip(new.elements, new.texts, strict=False):
        place = _place(_kind(name), at, said)
        texts = said.get((_kind(name), place), []) if text else []
        if any(texts) and not any(_says_the_same(each, text) for each in texts):
            found += (place, at)
    return tuple(dict.fromkeys(found))


def _place(kind: str, box: Box, said: Iterable[tuple[str, Box]]) -> Box:
    """Where the element stood: at the same place, else at the one that it shares most of; itself when there is none."""
    if (kind, box) in said:
        return box
    near = [(overlap(box, at), at) for earlier, at in said if earlier == kind and _fit(box, at) >= FITS_RATIO]
    return max(near, key=lambda match: match[0])[1] if near else box


def _fit(one: Box, other: Box) -> float:
    """The share of what two boxes cover together that both cover, 0.0 .. 1.0."""
    shared = overlap(one, other)
    return shared / (one.area + other.area - shared) if shared else 0.0


def _named(region: Region, was: Box, old: Mapped, new: Mapped) -> Region:
    if region.kind is ChangeKind.VANISHED:
        gone = _whole(was, old.elements)
        if gone is not None and gone not in {name for name, _ in new.elements}:
            return replace(region, element=gone, is_whole_element=True)
    told = replace(region, element=element_at(region.box, new.elements))
    if region.kind is ChangeKind.APPEARED:
        come = _whole(region.box, new.elements)
        if come is not None and come not in {name for name, _ in old.elements}:
            return replace(told, element=come, is_whole_element=True)
    name, new_text, at = _text_at(region.box, new)
    old_name, old_text, _ = _text_at(was, old)
    if name and not old_name:  # the longer text reaches farther: what stood there before covers too little
        old_name, old_text = _begun_at(replace(at, y=at.y + was.y - region.box.y), _kind(name), old)
    if not (name and old_name) or _kind(name) != _kind(old_name) or _says_the_same(old_text, new_text):
        return told
    return replace(told, element=name, old_text=old_text, new_text=new_text)


def _whole(box: Box, elements: Elements) -> str | None:
    """The element that the box is, give or take its empty margins."""
    fits = [(fit, name) for name, at in elements if (fit := _fit(box, at)) >= FITS_RATIO]
    return max(fits)[1] if fits else None


def _text_at(box: Box, page: Mapped) -> tuple[str, str, Box]:
    """Name, text and place of the smallest element that covers most of a box and says something; empty: there is none."""
    covering = [
        (at.area, name, text, at)
        for (name, at), text in zip(page.elements, page.texts, strict=False)
        if text and overlap(box, at) >= COVERS_RATIO * box.area
    ]
    if not covering:
        return "", "", box
    _, name, text, at = min(covering, key=lambda each: each[:3])
    return name, text, at


def _begun_at(box: Box, kind: str, page: Mapped) -> tuple[str, str]:
    """Name and text of the one element of a kind that begins where a box begins, and shares a line with it."""
    found = [
        (name, text)
        for (name, at), text in zip(page.elements, page.texts, strict=False)
        if text and _kind(name) == kind and (at.x, at.y) == (box.x, box.y) and overlap(at, box)
    ]
    return found[0] if len(found) == 1 else ("", "")


def _says_the_same(old: str, new: str) -> bool:
    """Whether two texts are equal as far as both were noted; earlier captures cut them shorter."""
    if old == new:
        return True
    return any(
        short.endswith(CUT) and long.startswith(short.removesuffix(CUT))
        for short, long in ((old, new), (new, old))
    )


def _kind(name: str) -> str:
    """`heading` of `heading 'Total 8'`: what the element is, whatever it says."""
    return name.partition(" '")[0].partition(' "')[0]
