"""A comparison: one view of a run beside its baseline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from inspect_pipelines.domain.baseline import Baseline, BaselineImage
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.drift_track import Absorbed
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.said import Said
from inspect_pipelines.domain.screenshot import Screenshot, View
from inspect_pipelines.domain.selection import Selection

NOT_MEASURED = "none"  # score_method of what was decided without looking at pixels


class Outcome(StrEnum):
    UNCHANGED = "unchanged"  # equal pixels, or a difference within the tolerance
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    UNREADABLE = "unreadable"
    NOT_RUN = "not_run"  # nobody tried: the run was asked for a part of its plan only


class ChangeKind(StrEnum):
    """What happened to a region, as far as its pixels tell."""

    COLOUR = "colour"  # the same shapes in another colour
    TEXT = "text"  # thin strokes on a flat ground, on both sides
    MOVED = "moved"  # the same content, displaced
    APPEARED = "appeared"  # content where flat ground was
    VANISHED = "vanished"  # flat ground where content was
    REPLACED = "replaced"  # other content; none of the above


@dataclass(frozen=True, slots=True)
class Region:
    """One connected changed area."""

    box: Box
    changed_pixels: int
    element: str | None = None  # what stands there, as the capture named it
    kind: ChangeKind = ChangeKind.REPLACED
    colour_mean: float = (
        0.0  # CIEDE2000 over the changed pixels: 1 is just noticeable, 100 is black and white
    )
    colour_max: float = 0.0
    moved_by: tuple[int, int] | None = None  # px right and down, for `moved`
    old_text: str | None = None  # what the element said before and says now, where the captures know
    new_text: str | None = None
    is_whole_element: bool = (
        False  # the region is all of the element that it is named after, not a part of it
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """A view on both sides; either may be missing, never both."""

    view: View
    old: BaselineImage | None
    new: Screenshot | None


class BandKind(StrEnum):
    INSERTED = "inserted"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Band:
    """Rows that only one side has: one fact, not a changed region."""

    kind: BandKind
    y: int  # row of the new picture; a removed band stands where it would have been
    height: int


@dataclass(frozen=True, slots=True)
class Measurement:
    """What the imaging floor found between two pictures."""

    score: float  # 0.0 equal .. 1.0 nothing in common
    score_method: str
    changed_ratio: float  # share of pixels that differ at all
    regions: tuple[Region, ...] = ()
    inserted_rows: int = 0
    removed_rows: int = 0
    bands: tuple[Band, ...] = ()  # where those rows are, from the top
    visible_ratio: float = 0.0  # share of pixels whose difference anti-aliasing does not explain
    fingerprint: str = ""  # of exactly this change; empty: nothing to recognise. See imaging/fingerprint

    @property
    def layout_px(self) -> int:
        return max(self.inserted_rows, self.removed_rows)


@dataclass(frozen=True, slots=True)
class Beside:
    """Another approved picture of a view, from which the new one differs as well."""

    variant: str
    old_sha256: Sha256
    score: float
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    view: View
    outcome: Outcome
    passed: bool
    reason: str  # one sentence: what changed and where, or why it could not be told
    score: float  # 0.0 .. 1.0; 1.0 for added, removed and unreadable
    score_method: str
    tolerance: float
    changed_ratio: float = 0.0
    layout_px: int = 0
    regions: tuple[Region, ...] = ()
    old_sha256: Sha256 | None = None
    new_sha256: Sha256 | None = None
    overlay_sha256: Sha256 | None = None
    visible_ratio: float = 0.0
    fingerprint: str = ""
    side_by_side_sha256: Sha256 | None = None
    said: Said | None = None  # the person's earlier word that it follows; it passes unless that rejects it
    absorbed: Absorbed | None = None  # of a view that looks as approved; None: nobody measured it
    variant: str = ""  # the letter of the approved picture that it is about; empty: there is one only, `A`
    besides: tuple[Beside, ...] = ()  # of a view that differs: the others of several

    @property
    def differs_from(self) -> frozenset[Sha256 | None]:
        """Every approved picture from which it was found to differ, or the one that it is about."""
        return frozenset((self.old_sha256, *(one.old_sha256 for one in self.besides)))

    @property
    def pictures(self) -> frozenset[Sha256]:
        """All that it speaks of, which stay as long as it does."""
        drawn = (self.new_sha256, self.overlay_sha256, self.side_by_side_sha256)
        return frozenset(sha for sha in (*self.differs_from, *drawn) if sha)

    @property
    def was_run(self) -> bool:
        """Whether anybody tried to show the view."""
        return self.outcome is not Outcome.NOT_RUN

    @property
    def looks_as_approved(self) -> bool:
        """Whether it passes by what it shows, and not because somebody decided so."""
        return self.passed and self.said is None

    @property
    def is_adrift(self) -> bool:
        """Whether it passes by itself, and only what its runs have added up to asks for a person; nobody decided about it yet."""
        return not self.passed and self.said is None and self.absorbed is not None and bool(self.absorbed.due)

    @property
    def sentence(self) -> str:
        """The reason, what a person said of it before, and what a view that passes has absorbed."""
        if self.said:
            return f"{self.reason}; {self.said.clause}"
        absorbed = self.absorbed.clause if self.absorbed and self.passed else ""
        return f"{self.reason}; {absorbed}" if absorbed else self.reason


def pair(old: Mapping[View, BaselineImage], new: Sequence[Screenshot]) -> list[Pair]:
    """Pairs over the union of views, in the run's order, then what only the baseline has."""
    by_view = {shot.view: shot for shot in new}
    pairs = [Pair(view, old.get(view), shot) for view, shot in by_view.items()]
    return pairs + [Pair(view, image, None) for view, image in sorted(old.items()) if view not in by_view]


def first_compared(shot: Screenshot) -> Comparison:
    """Of a picture that was compared with nothing, since nothing was approved yet."""
    return Comparison(
        shot.view,
        Outcome.ADDED,
        False,
        "nothing was approved yet",
        1.0,
        NOT_MEASURED,
        0.0,
        new_sha256=shot.sha256,
    )


def not_attempted(views: Iterable[View], selection: Selection) -> list[Comparison]:
    """One for each approved view that a partial run did not try to show; it passes, for it says nothing."""
    return [
        Comparison(
            view,
            Outcome.NOT_RUN,
            passed=True,
            reason=f"not looked at: the run was asked for {selection} only",
            score=0.0,
            score_method=NOT_MEASURED,
            tolerance=0.0,
        )
        for view in sorted(views)
    ]


def judge(measurement: Measurement, policy: BaselinePolicy, tolerance: float) -> tuple[str, ...]:
    """Why a view fails; empty when it passes ("A view fails iff", the house's rule)."""
    reasons = []
    if measurement.score > tolerance:
        reasons.append(f"score {measurement.score:.3f} is over the tolerance {tolerance:g}")
    if measurement.layout_px > policy.layout_budget_px:
        reasons.append(
            f"{measurement.layout_px} px moved, over the layout budget of {policy.layout_budget_px} px"
        )
    if policy.region_budget is not None and len(measurement.regions) > policy.region_budget:
        reasons.append(
            f"{len(measurement.regions)} changed regions, over the budget of {policy.region_budget}"
        )
    return tuple(reasons)


def environment_changes(baseline: Baseline, shots: Sequence[Screenshot]) -> tuple[str, ...]:
    """What differs between the environments of views that both sides have, one clause each, each once."""
    clauses = [
        clause
        for each in pair(baseline.images, shots)
        if each.old and each.new
        for clause in each.old.environment.differences(each.new.environment)
    ]
    return tuple(dict.fromkeys(clauses))
