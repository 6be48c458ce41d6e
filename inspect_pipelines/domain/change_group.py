"""Change groups: views that show the same change, so that a person's one word is enough for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from inspect_pipelines.domain.comparison import ChangeKind, Comparison, Outcome, Region
from inspect_pipelines.domain.decision import SameChange
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.sentence import UNTEXTUAL, told

CELL = 16  # px; boxes of one change are a few pixels apart at most, so they stand in neighbouring cells
Fact = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Unlike:
    """A view that shares a part of a change and is no member of its group."""

    view: View
    why: str  # a clause


def groups(comparisons: Sequence[Comparison], same_change: SameChange) -> list[tuple[View, ...]]:
    """Every view that changed, in exactly one group with those that show the same change; in the order of the first.

    The same is: the same two pictures; or the same fingerprint, which a few pixels do not matter to; or the same words
    and moves of the same elements. Always on one viewport and with rows moved alike: elsewhere the same words may break a line.
    """
    found: list[list[Comparison]] = []
    exact: dict[Fact, int] = {}
    places: dict[Fact, list[int]] = {}
    for one in comparisons:
        if one.outcome is not Outcome.CHANGED:
            continue
        keys, cells = [*_keys(one)], [*_cells(one)]
        at = next((exact[key] for key in keys if key in exact), None)
        if at is None:
            near = dict.fromkeys(at for cell in cells for at in places.get(cell, ()))
            at = next((at for at in near if same_change(found[at][0].fingerprint, one.fingerprint)), None)
        if at is None:
            at = len(found)
            found.append([])
            for key in keys:
                exact[key] = at
            for cell in cells:
                places.setdefault(cell, []).append(at)
        found[at].append(one)
    return [tuple(each.view for each in group) for group in found]


def unlike(first: Comparison, members: Sequence[View], comparisons: Sequence[Comparison]) -> list[Unlike]:
    """The views outside of a group that show a part of its change, each with why it has to be looked at by itself.

    Args:
        first: Whoever stands for the group.
        members: Its views.
    """
    parts = {*_parts(first)}
    return [
        Unlike(one.view, _why(first, one))
        for one in comparisons
        if one.outcome is Outcome.CHANGED and one.view not in members and not parts.isdisjoint(_parts(one))
    ]


def _keys(one: Comparison) -> Iterator[Fact]:
    """What makes it the same change as another that has one of them: the words, or the pictures."""
    base = (one.view.viewport, one.layout_px, len(one.regions))
    facts = _facts(one.regions)
    if facts is not None:
        yield (*base, frozenset(facts.items()))
    yield (*base, one.old_sha256, one.new_sha256)


def _cells(one: Comparison) -> Iterator[Fact]:
    """Where others stand whose pixels may be nearly the same; none without a fingerprint of them."""
    if not one.fingerprint:
        return
    base = (one.view.viewport, one.layout_px, len(one.regions))
    for region in one.regions[:1]:
        across, down = region.box.x // CELL, region.box.y // CELL
        for right in (-1, 0, 1):
            for below in (-1, 0, 1):
                yield (*base, across + right, down + below)


def _facts(regions: Sequence[Region]) -> Mapping[Fact, int] | None:
    """All that happened, where words and moves say it whole; None: something has to be seen."""
    facts = [_fact(region) for region in regions]
    return Counter(fact for fact in facts if fact) if facts and all(facts) else None


def _fact(region: Region) -> Fact | None:
    if not region.element:
        return None
    if region.kind is ChangeKind.MOVED and region.moved_by:
        return (region.element, region.moved_by)
    if region.kind not in UNTEXTUAL and region.old_text and region.new_text:
        return (region.element, region.old_text, region.new_text)
    return None


def _parts(one: Comparison) -> Iterator[Fact]:
    """What two changes may share: what happened to an element, whatever else there is."""
    for region in one.regions:
        if region.element:
            yield (_fact(region) or (region.element, region.kind))


def _why(first: Comparison, one: Comparison) -> str:
    if one.view.viewport != first.view.viewport:
        return f"on {one.view.viewport}, where the same may look otherwise"
    if one.layout_px != first.layout_px:
        return f"its rows moved by {one.layout_px} px, here by {first.layout_px} px"
    ours, theirs = {*_parts(first)}, {*_parts(one)}
    for region in one.regions:
        if (_fact(region) or (region.element, region.kind)) not in ours:
            return f"there {told(region)} as well"
    for region in first.regions:
        if (_fact(region) or (region.element, region.kind)) not in theirs:
            return f"here {told(region)} as well"
    return "the same element in other pixels, or at another place"
