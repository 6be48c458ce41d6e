"""Variants: views of which several pictures are approved, who approved each, when it was shown last, and which nobody needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.any_of import has_ended, pictures, unseen
from inspect_pipelines.domain.baseline import Baseline, BaselineImage
from inspect_pipelines.domain.branch import parted
from inspect_pipelines.domain.drift_track import Track, Tracks
from inspect_pipelines.domain.ids import BaselineId, RunId, Sha256
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.ports.house import House


@dataclass(frozen=True, slots=True)
class VariantSummary:
    """One of several approved pictures of a view.

    Attributes:
        letter: What it is called there; it keeps it when others go.
        approved_by: Of the first picture nobody kept who; it is what the baseline says.
        last_seen_at: When a passing run showed it last; None: none has yet, or it is a branch's own.
        unneeded: Why it is offered for removal; empty: it is not.
    """

    view: View
    letter: str
    sha256: Sha256
    width: int  # px
    height: int  # px
    source_run_id: RunId
    baseline_id: BaselineId
    approved_by: str
    approved_at: datetime | None  # UTC, as all of them; None: with the view's first picture
    until: datetime | None
    has_ended: bool
    note: str
    last_seen_at: datetime | None
    unneeded: str = ""


def list_variants(house: House, set_name: str) -> tuple[VariantSummary, ...]:
    """The pictures of each view of a set that has several, in order of views; empty: each view has one."""
    with house.ledger.read() as ledger:
        active = ledger.baselines.active(set_name)
        tracks = {} if parted(set_name)[1] else ledger.drift_tracks.of(set_name)
    return variants_of(active, tracks, now=house.clock.now())


def variants_of(active: Baseline | None, tracks: Tracks, *, now: datetime) -> tuple[VariantSummary, ...]:
    """The same of what is read already."""
    images = active.images if active else {}
    return tuple(
        one
        for view, image in sorted(images.items())
        if image.variants and active
        for one in _of_view(active, view, image, tracks.get(view, {}), now)
    )


def _of_view(
    active: Baseline, view: View, image: BaselineImage, tracks: Mapping[str, Track], now: datetime
) -> Iterator[VariantSummary]:
    seen = {letter: track.last_at for letter, track in tracks.items()}
    fresh = {one.letter: active.created_at for one in pictures(image) if _is_new(one, active)}
    latest = {letter: max(when, seen.get(letter, when)) for letter, when in fresh.items()}
    unneeded = unseen(image, {**seen, **latest}, now)
    words = {one.picture.letter: one for one in image.variants}
    for one in pictures(image):
        word = words.get(one.letter)
        yield VariantSummary(
            view,
            one.letter,
            one.sha256,
            one.width,
            one.height,
            one.source_run_id,
            active.id,
            word.by if word else active.created_by,
            word.at if word else None,
            word.until if word else None,
            word is not None and has_ended(word, now),
            word.note if word else "",
            seen.get(one.letter),
            unneeded.get(one.letter, ""),
        )


def _is_new(picture: BaselineImage, active: Baseline) -> bool:
    """Whether the newest approval took it over, so that no later run can have shown it for long."""
    return picture.source_run_id == active.source_run_id
