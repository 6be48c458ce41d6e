"""Compare: every view of a run beside its approved picture, and one sentence about each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from inspect_pipelines.domain.any_of import FIRST, any_of, meant, pictures
from inspect_pipelines.domain.baseline import Baseline, BaselineImage
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import (
    NOT_MEASURED,
    Comparison,
    Measurement,
    Outcome,
    Pair,
    judge,
    pair,
)
from inspect_pipelines.domain.drift_track import Track, Tracks
from inspect_pipelines.domain.element import named, reworded
from inspect_pipelines.domain.explanation import explained
from inspect_pipelines.domain.finding import Finding
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.screenshot import Masked, Screenshot
from inspect_pipelines.domain.sentence import OF_A_RUN, Terms, sentence
from inspect_pipelines.errors import NotFound, Unreadable
from inspect_pipelines.ports.gallery import Pictures

if TYPE_CHECKING:
    from inspect_pipelines.imaging.pair import Seen
    from inspect_pipelines.imaging.picture import Pixels


def compare(
    gallery: Pictures,
    baseline: Baseline | None,
    shots: Sequence[Screenshot],
    policy: BaselinePolicy,
    *,
    draws: bool = True,
    findings: Sequence[Finding] = (),
    terms: Terms = OF_A_RUN,
    tracks: Tracks | None = None,
) -> list[Comparison]:
    """One comparison per view of either side, the run's first; empty when nothing is approved or comparing is off.

    A view with several approved pictures passes beside any one of them. The one that the last runs showed is tried first,
    so that most nights cost what one picture costs; of those that it passes beside none, the nearest is drawn.

    Args:
        draws: Whether what differs is drawn and kept as pictures, too.
        findings: What was seen while the pictures were taken; it may explain them.
        terms: How the two sides are spoken of.
        tracks: What the passing runs of each picture left, where anybody knows.
    """
    if baseline is None or not policy.enabled:
        return []

    def beside(each: Pair, draws: bool) -> Comparison:
        return compare_pair(gallery, each, policy, draws=draws, findings=findings, terms=terms)

    return [
        _compare_any(each.old, each.new, policy, (tracks or {}).get(each.view, {}), beside, draws=draws)
        if each.old and each.new and (each.old.variants or each.old.letter != FIRST)
        else beside(each, draws)
        for each in pair(baseline.images, shots)
    ]


def _compare_any(
    old: BaselineImage,
    new: Screenshot,
    policy: BaselinePolicy,
    tracks: Mapping[str, Track],
    beside: Callable[[Pair, bool], Comparison],
    *,
    draws: bool,
) -> Comparison:
    same = [one.letter for one in pictures(old) if one.sha256 == new.sha256]
    lately = sorted(tracks, key=lambda letter: tracks[letter].last_at, reverse=True)

    def looks(one: BaselineImage, *, draws: bool = False) -> Comparison:
        track = tracks.get(one.letter)
        own = track.tolerance if track is not None and policy.is_auto else None
        shot = new if own is None or new.tolerance is not None else replace(new, tolerance=own)
        return beside(Pair(new.view, one, shot), draws)

    found = any_of(old, looks, [*same, *lately])
    if not draws or found.outcome is not Outcome.CHANGED:
        return found
    drawn = looks(meant(old, found.variant), draws=True)
    return replace(found, overlay_sha256=drawn.overlay_sha256, side_by_side_sha256=drawn.side_by_side_sha256)


def compare_pair(
    gallery: Pictures,
    each: Pair,
    policy: BaselinePolicy,
    *,
    draws: bool = True,
    findings: Sequence[Finding] = (),
    terms: Terms = OF_A_RUN,
) -> Comparison:
    """One view, as `compare`.

    Args:
        terms: How the two sides are spoken of.
    """
    found = _compared(gallery, each, policy, terms, draws=draws)
    if found.outcome is not Outcome.CHANGED or each.old is None or each.new is None:
        return found
    return replace(found, reason=explained(found.reason, each.old, each.new, findings))


def _compared(
    gallery: Pictures, each: Pair, policy: BaselinePolicy, terms: Terms, *, draws: bool
) -> Comparison:
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
        return _one_sided(undecided, each, terms)
    if each.old.sha256 == each.new.sha256:
        return replace(
            undecided,
            outcome=Outcome.UNCHANGED,
            passed=True,
            score=0.0,
            reason=terms.same_picture,
        )
    return _looked_at(gallery, each.old, each.new, undecided, policy, terms, draws=draws)


def _one_sided(undecided: Comparison, each: Pair, terms: Terms) -> Comparison:
    if each.new is None:
        return replace(undecided, outcome=Outcome.REMOVED, reason=terms.gone)
    return replace(undecided, outcome=Outcome.ADDED, reason=terms.new)


def _looked_at(
    gallery: Pictures,
    old: BaselineImage,
    new: Screenshot,
    undecided: Comparison,
    policy: BaselinePolicy,
    terms: Terms,
    *,
    draws: bool,
) -> Comparison:
    # NumPy and OpenCV take 0.2 s to import; runs without a change, and commands that compare nothing, do not pay for it.
    from inspect_pipelines.imaging.sides import sides

    try:
        seen = _seen(gallery, old, new, policy, undecided.tolerance, terms)
    except Unreadable as error:
        return replace(undecided, reason=str(error))
    found = seen.measurement
    found = replace(found, regions=named(found.regions, found.bands, old, new))
    why = judge(found, policy, undecided.tolerance)
    pixels = seen.pixels if why or found.bands else None  # a pass in place needs no whole pictures
    del seen  # and the inflated files with it: whoever draws needs room for more pictures
    shown = _drawn(gallery, pixels, found, terms) if draws and pixels and why else (None, None)
    return replace(
        undecided,
        outcome=Outcome.CHANGED if why else Outcome.UNCHANGED,
        passed=not why,
        reason=sentence(found, undecided.tolerance, policy, passed=not why, sides=sides(pixels), terms=terms),
        score=found.score,
        score_method=found.score_method,
        changed_ratio=found.changed_ratio,
        layout_px=found.layout_px,
        regions=found.regions,
        visible_ratio=found.visible_ratio,
        fingerprint=found.fingerprint,
        overlay_sha256=shown[0],
        side_by_side_sha256=shown[1],
    )


def _seen(
    gallery: Pictures,
    old: BaselineImage,
    new: Screenshot,
    policy: BaselinePolicy,
    tolerance: float,
    terms: Terms,
) -> Seen:
    """What two pictures have to say; where the page says another text, no displacement excuses what differs.

    Raises:
        Unreadable: One of them cannot be read.
    """
    from inspect_pipelines.imaging.pair import see_pair

    look = partial(
        see_pair,
        _stored(gallery, old.sha256, terms.names[0]),
        _stored(gallery, new.sha256, terms.names[1]),
        rows=(gallery.rows(old.sha256), gallery.rows(new.sha256)),
        masks=_unequal_masks(old.masked, new.masked),
        names=terms.names,
    )
    seen = look()
    if not seen.measurement.changed_ratio or judge(seen.measurement, policy, tolerance):
        return seen
    boxes = reworded(old, new)
    return look(reworded=boxes) if boxes else seen


def _drawn(
    gallery: Pictures, pixels: tuple[Pixels, Pixels], found: Measurement, terms: Terms
) -> tuple[Sha256 | None, Sha256 | None]:
    """The overlay and both sides beside each other, kept; a picture that the gallery does not take is left out."""
    from inspect_pipelines.imaging.overlay import overlay
    from inspect_pipelines.imaging.side_by_side import side_by_side

    old, new = pixels
    kept: list[Sha256 | None] = []
    for png in (
        overlay(new, found.regions, found.bands),
        side_by_side(old, new, found.regions, found.bands, terms.names),
    ):
        try:
            kept.append(gallery.put(png))
        except Unreadable:  # over its caps; the verdict does not hang on it
            kept.append(None)
    return kept[0], kept[1]


def _stored(gallery: Pictures, sha256: Sha256, which: str) -> bytes:
    try:
        return gallery.get(sha256)
    except (NotFound, Unreadable) as error:
        raise Unreadable(f"the {which} picture cannot be read: {error}") from error


def _unequal_masks(old: Sequence[Masked], new: Sequence[Masked]) -> list[Box]:
    """Every masked box when the two sides were not masked alike; pictures arrive already masked, each in its own way."""
    old_boxes = {box for masked in old for box in masked.boxes}
    new_boxes = {box for masked in new for box in masked.boxes}
    return [] if old_boxes == new_boxes else sorted(old_boxes | new_boxes, key=lambda b: (b.y, b.x, b.area))
