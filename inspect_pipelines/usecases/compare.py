"""Compare: every view of a run beside its approved picture, and one sentence about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from inspect_pipelines.domain.baseline import Baseline, BaselineImage
from inspect_pipelines.domain.comparison import (
    NOT_MEASURED,
    Band,
    BandKind,
    Comparison,
    Measurement,
    Outcome,
    Pair,
    judge,
    pair,
)
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.playbook import Box
from inspect_pipelines.domain.screenshot import Masked, Screenshot
from inspect_pipelines.errors import NotFound, Unreadable
from inspect_pipelines.ports import Gallery


def compare(
    gallery: Gallery, baseline: Baseline | None, shots: Sequence[Screenshot], policy: BaselinePolicy
) -> list[Comparison]:
    """One comparison per view of either side, the run's first; empty when nothing is approved or comparing is off."""
    if baseline is None or not policy.enabled:
        return []
    return [_compared(gallery, each, policy) for each in pair(baseline.images, shots)]


def environment_changes(baseline: Baseline, shots: Sequence[Screenshot]) -> tuple[str, ...]:
    """What differs between the environments of views that both sides have, one clause each, each once."""
    clauses = [
        clause
        for each in pair(baseline.images, shots)
        if each.old and each.new
        for clause in each.old.environment.differences(each.new.environment)
    ]
    return tuple(dict.fromkeys(clauses))


def _compared(gallery: Gallery, each: Pair, policy: BaselinePolicy) -> Comparison:
    tolerance = policy.tolerance
    if each.new and each.new.tolerance is not None:
        tolerance = each.new.tolerance
    undecided = Comparison(
        each.view,
        Outcome.UNREADABLE,
        passed=False,
        reason="",
        score=1.0,
        score_method=NOT_MEASURED,
        tolerance=tolerance,
        old_sha256=each.old.sha256 if each.old else None,
        new_sha256=each.new.sha256 if each.new else None,
    )
    if each.old is None or each.new is None:
        return _one_sided(undecided, each)
    if each.old.sha256 == each.new.sha256:
        return replace(
            undecided,
            outcome=Outcome.UNCHANGED,
            passed=True,
            score=0.0,
            reason="the same picture as approved",
        )
    return _looked_at(gallery, each.old, each.new, undecided, policy)


def _one_sided(undecided: Comparison, each: Pair) -> Comparison:
    if each.new is None:
        reason = "missing: the baseline has this view, the run has not"
        return replace(undecided, outcome=Outcome.REMOVED, reason=reason)
    reason = "new: the run has this view, the baseline has not"
    return replace(undecided, outcome=Outcome.ADDED, reason=reason)


def _looked_at(
    gallery: Gallery, old: BaselineImage, new: Screenshot, undecided: Comparison, policy: BaselinePolicy
) -> Comparison:
    # NumPy and OpenCV take 0.2 s to import; runs without a change, and commands that compare nothing, do not pay for it.
    from inspect_pipelines.imaging.overlay import overlay
    from inspect_pipelines.imaging.pair import see_pair
    from inspect_pipelines.imaging.region import element_at

    try:
        seen = see_pair(
            _stored(gallery, old.sha256, "approved"),
            _stored(gallery, new.sha256, "new"),
            rows=(gallery.rows(old.sha256), gallery.rows(new.sha256)),
            masks=_unequal_masks(old.masked, new.masked),
            names=("approved", "new"),
        )
    except Unreadable as error:
        return replace(undecided, reason=str(error))
    found = seen.measurement
    named = tuple(replace(r, element=element_at(r.box, new.elements)) for r in found.regions)
    found = replace(found, regions=named)
    why = judge(found, policy, undecided.tolerance)
    drawn = seen.pixels if why else None
    return replace(
        undecided,
        outcome=Outcome.CHANGED if why else Outcome.UNCHANGED,
        passed=not why,
        reason=sentence(found, undecided.tolerance, policy, passed=not why, widths=seen.widths),
        score=found.score,
        score_method=found.score_method,
        changed_ratio=found.changed_ratio,
        layout_px=found.layout_px,
        regions=found.regions,
        visible_ratio=found.visible_ratio,
        fingerprint=found.fingerprint,
        overlay_sha256=gallery.put(overlay(drawn[1], found.regions, found.bands)) if drawn else None,
    )


def sentence(
    found: Measurement,
    tolerance: float,
    policy: BaselinePolicy,
    *,
    passed: bool,
    widths: tuple[int, int] = (0, 0),
) -> str:
    """What changed and where, for a person: `button 'Pay' and 1 more area changed (score 0.213, tolerance 0.02)`."""
    if not (found.changed_ratio or found.layout_px):
        return "the same pixels as approved"
    facts = _facts(found, widths)
    if not facts and passed:
        facts = ["no visible change"]
    elif not facts:
        facts = [f"a faint change over {max(found.changed_ratio, 0.001):.1%} of the picture"]
    within = ", within what the plan allows" if passed else ""
    numbers = [f"score {found.score:.3f}", f"tolerance {tolerance:g}"]
    if found.layout_px > policy.layout_budget_px:
        numbers.append(f"layout budget {policy.layout_budget_px} px")
    if policy.region_budget is not None and len(found.regions) > policy.region_budget:
        numbers.append(f"region budget {policy.region_budget}")
    return f"{', '.join(facts)}{within} ({', '.join(numbers)})"


def _facts(found: Measurement, widths: tuple[int, int]) -> list[str]:
    facts = []
    if widths[0] != widths[1]:
        facts.append(f"the width became {widths[1]} px, was {widths[0]} px")
    if found.regions:
        first = found.regions[0]
        box = first.box
        name = first.element or f"an area of {box.width}x{box.height} px at x={box.x}, y={box.y}"
        more = len(found.regions) - 1
        others = f" and {more} more {'area' if more == 1 else 'areas'}" if more else ""
        facts.append(f"{name}{others} changed")
    inserted = [band for band in found.bands if band.kind is BandKind.INSERTED]
    removed = [band for band in found.bands if band.kind is BandKind.REMOVED]
    facts += [_moved(bands) for bands in (inserted, removed) if bands]
    return facts


def _moved(bands: Sequence[Band]) -> str:
    largest = max(bands, key=lambda band: band.height)
    rest = len(bands) - 1
    others = f" and {rest} more {'band' if rest == 1 else 'bands'}" if rest else ""
    return f"{largest.height} px {largest.kind.value} at y={largest.y}{others}"


def _stored(gallery: Gallery, sha256: Sha256, which: str) -> bytes:
    try:
        return gallery.get(sha256)
    except (NotFound, Unreadable) as error:
        raise Unreadable(f"the {which} picture cannot be read: {error}") from error


def _unequal_masks(old: Sequence[Masked], new: Sequence[Masked]) -> list[Box]:
    """Every masked box when the two sides were not masked alike; pictures arrive already masked, each in its own way."""
    old_boxes = {box for masked in old for box in masked.boxes}
    new_boxes = {box for masked in new for box in masked.boxes}
    return [] if old_boxes == new_boxes else sorted(old_boxes | new_boxes, key=lambda b: (b.y, b.x, b.area))
