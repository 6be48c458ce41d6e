"""The sentence: what changed between two pictures and where, as a person would say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inspect_pipelines.domain.comparison import Band, BandKind, ChangeKind, Measurement, Region
from inspect_pipelines.domain.plan import BaselinePolicy

MOST_TEXT = 40  # characters of an element's text that are quoted
UNTEXTUAL = frozenset({ChangeKind.COLOUR, ChangeKind.MOVED})  # whatever the words around say


@dataclass(frozen=True, slots=True)
class Sides:
    """What the sentence has to know of the two pictures themselves."""

    old_size: tuple[int, int] = (0, 0)  # width and height in px; zeros: nobody had to look
    new_size: tuple[int, int] = (0, 0)
    new_is_blank: bool = False  # one colour all over, and the old one is not


@dataclass(frozen=True, slots=True)
class Terms:
    """How the two sides are spoken of."""

    same: str
    within: str


OF_A_RUN = Terms("the same pixels as approved", "within what the plan allows")
OF_A_DIFF = Terms("the same pixels", "within what is allowed")


def sentence(
    found: Measurement,
    tolerance: float,
    policy: BaselinePolicy,
    *,
    passed: bool,
    sides: Sides,
    terms: Terms = OF_A_RUN,
) -> str:
    """What changed and where: `button 'Pay' changed colour by dE 14 and 1 more area changed (score 0.213, tolerance 0.02)`."""
    if not (found.changed_ratio or found.layout_px):
        return terms.same
    facts = _facts(found, sides)
    if not facts and passed:
        facts = ["no visible change"]
    elif not facts:
        facts = [f"a faint change over {max(found.changed_ratio, 0.001):.1%} of the picture"]
    within = f", {terms.within}" if passed else ""
    numbers = [f"score {found.score:.3f}", f"tolerance {tolerance:g}"]
    if found.layout_px > policy.layout_budget_px:
        numbers.append(f"layout budget {policy.layout_budget_px} px")
    if policy.region_budget is not None and len(found.regions) > policy.region_budget:
        numbers.append(f"region budget {policy.region_budget}")
    return f"{', '.join(facts)}{within} ({', '.join(numbers)})"


def told(region: Region) -> str:
    """What happened to one region: `button 'Pay' changed colour by dE 14`."""
    box = region.box
    size = f"{box.width}x{box.height} px"
    place = f"x={box.x}, y={box.y}"
    area = region.element or f"an area of {size} at {place}"
    if region.old_text and region.new_text and region.kind not in UNTEXTUAL:
        return _text_told(region, place)
    match region.kind:
        case ChangeKind.TEXT:
            return _text_told(region, place)
        case ChangeKind.COLOUR:
            return f"{area} changed colour by dE {region.colour_mean:.0f}"
        case ChangeKind.MOVED:
            return f"{area} moved{_way(region.moved_by)}"
        case ChangeKind.APPEARED if region.is_whole_element and region.element:
            return f"{region.element} appeared"
        case ChangeKind.VANISHED if region.is_whole_element and region.element:
            return f"{region.element} vanished"
        case ChangeKind.APPEARED:
            return f"content of {size} appeared {f'in {region.element}' if region.element else f'at {place}'}"
        case ChangeKind.VANISHED:
            return (
                f"content of {size} vanished {f'from {region.element}' if region.element else f'at {place}'}"
            )
        case _:
            return f"{area} changed"


def _facts(found: Measurement, sides: Sides) -> list[str]:
    if sides.new_is_blank:
        return ["the page is blank"]
    facts = []
    old_width, new_width = sides.old_size[0], sides.new_size[0]
    if old_width != new_width:
        facts.append(f"the width became {new_width} px, was {old_width} px")
    if found.regions:
        more = len(found.regions) - 1
        others = f" and {more} more {'area' if more == 1 else 'areas'} changed" if more else ""
        facts.append(f"{told(found.regions[0])}{others}")
    bands = list(found.bands)
    ends = _end(bands, sides)
    inserted = [band for band in bands if band.kind is BandKind.INSERTED]
    removed = [band for band in bands if band.kind is BandKind.REMOVED]
    facts += [_shifted(each) for each in (inserted, removed) if each]
    return [*facts, ends] if ends else facts


def _end(bands: list[Band], sides: Sides) -> str:
    """What happened at the foot of the page, taken out of the bands; empty when nothing did."""
    old_height, new_height = sides.old_size[1], sides.new_size[1]
    last = max(bands, key=lambda band: band.y, default=None)
    if last is None:
        return ""
    if last.kind is BandKind.REMOVED and last.y >= new_height > 0:
        bands.remove(last)
        if old_height == new_height:  # a window's picture: what came in above pushed it out of sight
            return "" if bands else f"{last.height} px removed at the end"
        return f"the page ends {last.height} px earlier"
    if last.kind is BandKind.INSERTED and last.y + last.height >= new_height and old_height < new_height:
        bands.remove(last)
        return f"the page goes on for {last.height} px more"
    return ""


def _text_told(region: Region, place: str) -> str:
    old, new = region.old_text, region.new_text
    name = region.element
    if old and new and old != new:
        name = _without_text(name, old, new) if name else None
        return f"text{f' of {name}' if name else ''} changed from {_quoted(old)} to {_quoted(new)}"
    if name:
        return f"text of {name} changed"
    return f"text of {region.box.width}x{region.box.height} px changed at {place}"


def _without_text(name: str, old: str, new: str) -> str:
    """`heading` of `heading 'Total 8'`, where the text would only be said twice."""
    for quote in "'\"":
        kind, found, rest = name.partition(f" {quote}")
        start = rest.rstrip(f"{quote}…")
        if found and (old.startswith(start) or new.startswith(start)):
            return kind
    return name


def _quoted(text: str) -> str:
    return repr(text if len(text) <= MOST_TEXT else f"{text[: MOST_TEXT - 1]}…")


def _way(moved_by: tuple[int, int] | None) -> str:
    """` 3 px right and 2 px down`; empty when it is unknown."""
    if moved_by is None:
        return ""
    right, down = moved_by
    ways = []
    if right:
        ways.append(f"{abs(right)} px {'right' if right > 0 else 'left'}")
    if down:
        ways.append(f"{abs(down)} px {'down' if down > 0 else 'up'}")
    return f" {' and '.join(ways)}" if ways else ""


def _shifted(bands: Sequence[Band]) -> str:
    largest = max(bands, key=lambda band: band.height)
    rest = len(bands) - 1
    others = f" and {rest} more {'band' if rest == 1 else 'bands'}" if rest else ""
    return f"{largest.height} px {largest.kind.value} at y={largest.y}{others}"
