"""The sentence: what changed between two pictures and where, as a person would say it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from inspect_pipelines.domain.comparison import Band, BandKind, ChangeKind, Measurement, Region
from inspect_pipelines.domain.plan import BaselinePolicy

BLANK = "the page is blank"
MOST_TEXT = 40  # characters of an element's text that are quoted
BEFORE_CHANGE = 12  # characters of a cut text that stand before what differs
# CIEDE2000 in words; below ten a person looks twice, from thirty on it is another colour
COLOUR_STEPS = ((10.0, "slightly"), (30.0, "clearly"), (math.inf, "strongly"))
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
    same_picture: str = "the same picture"
    gone: str = "only the old side has it"
    new: str = "only the new side has it"
    names: tuple[str, str] = ("old", "new")  # of the two pictures
    tells_sides: bool = False  # whether a sentence says which side shows what


OF_A_RUN = Terms(
    "the same pixels as approved",
    "within what the plan allows",
    "the same picture as approved",
    "missing: the baseline has this view, the run has not",
    "new: nothing is approved for this view yet",
    ("approved", "new"),
)
OF_TWO_RUNS = Terms(
    "the same pixels in both",
    "within what the plan allows",
    "the same picture in both",
    "only the other run shows it",
    "only this run shows it",
    ("other run's", "this run's"),
)
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
    """What changed and where: `button 'Pay' moved 3 px right and 1 more area changed (score 0.213, tolerance 0.02)`."""
    if not (found.changed_ratio or found.layout_px):
        return terms.same
    facts = _facts(found, sides, terms)
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
    told_facts = ", ".join(facts)
    if terms.tells_sides and not _names_sides(facts[0], terms):
        told_facts = f"on {terms.names[1]}, beside {terms.names[0]}: {told_facts}"
    return f"{told_facts}{within} ({', '.join(numbers)})"


def _names_sides(fact: str, terms: Terms) -> bool:
    return fact.startswith(f"{terms.names[1]} shows ")


def told(region: Region, terms: Terms = OF_A_RUN) -> str:
    """What happened to one region: `button 'Pay' changed colour clearly (14 of 100)`."""
    box = region.box
    size = f"{box.width}x{box.height} px"
    place = f"x={box.x}, y={box.y}"
    area = region.element or f"an area of {size} at {place}"
    if region.old_text and region.new_text and region.kind not in UNTEXTUAL:
        return _text_told(region, place, terms)
    match region.kind:
        case ChangeKind.TEXT:
            return _text_told(region, place, terms)
        case ChangeKind.COLOUR:
            return f"{area} changed colour {_strength(region.colour_mean)}"
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


def is_beyond(region: Region, old_width: int) -> bool:
    """Whether a region is nothing but what a wider page has more; the width says that already.

    Args:
        old_width: Of the approved picture in px; 0 when nobody had to look.
    """
    return 0 < old_width <= region.box.x


def _facts(found: Measurement, sides: Sides, terms: Terms) -> list[str]:
    if sides.new_is_blank:
        return [BLANK]
    facts = []
    old_width, new_width = sides.old_size[0], sides.new_size[0]
    if old_width != new_width:
        facts.append(f"the width became {new_width} px, was {old_width} px")
    regions = [one for one in found.regions if not is_beyond(one, old_width)]
    if regions:
        more = len(regions) - 1
        others = f" and {more} more {'area' if more == 1 else 'areas'} changed" if more else ""
        facts.append(f"{told(regions[0], terms)}{others}")
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


def _text_told(region: Region, place: str, terms: Terms) -> str:
    old, new = region.old_text, region.new_text
    name = region.element
    if old and new and old != new:
        name = _without_text(name, old, new) if name else None
        was, now = _quoted(old, new)
        if terms.tells_sides:
            of_it = f" as text of {name}" if name else ""
            return f"{terms.names[1]} shows {now} where {terms.names[0]} shows {was}{of_it}"
        return f"text{f' of {name}' if name else ''} changed from {was} to {now}"
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


def _quoted(old: str, new: str) -> tuple[str, str]:
    """Both texts; long ones are cut round what differs, for what they share says nothing."""
    if max(len(old), len(new)) <= MOST_TEXT:
        return repr(old), repr(new)
    shared = next((at for at, (was, now) in enumerate(zip(old, new, strict=False)) if was != now), None)
    first = min(len(old), len(new)) if shared is None else shared
    start = 0
    if first > MOST_TEXT // 2:
        start = first - BEFORE_CHANGE
        start += old[start:first].find(" ") + 1  # from a word's beginning, where there is one
    return _cut(old, start), _cut(new, start)


def _cut(text: str, start: int) -> str:
    end = start + MOST_TEXT - 1
    return repr(f"{'…' if start else ''}{text[start:end]}{'…' if len(text) > end else ''}")


def _strength(colour_distance: float) -> str:
    """`clearly (14 of 100)`, where 1 is just noticeable and 100 is black and white."""
    word = next(word for below, word in COLOUR_STEPS if colour_distance < below)
    return f"{word} ({colour_distance:.0f} of 100)"


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
