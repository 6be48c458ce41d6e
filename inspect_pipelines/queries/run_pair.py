"""A pair of runs: their views beside each other, as far as that can be told without opening a picture."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from inspect_pipelines.domain.baseline import image_of
from inspect_pipelines.domain.comparison import Comparison, Pair, pair
from inspect_pipelines.domain.finding import Finding
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.retry import deciding
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.runs import RunSummary, list_runs, summary

CHOICES = 30  # runs that are offered


@dataclass(frozen=True, slots=True)
class RunPair:
    """Two runs, with the views of both.

    Attributes:
        run: Whose pictures are the new side.
        other: Whose are the old one.
        pairs: What is not the same picture first: what both show, what only this run has, what only the other has.
        policy: By which this run's pictures are judged; what it allows is no difference here either.
        findings: Of this run; they may explain what differs.
    """

    run: Run
    other: Run
    pairs: tuple[Pair, ...]
    policy: BaselinePolicy
    findings: tuple[Finding, ...]

    @property
    def differing(self) -> tuple[Pair, ...]:
        """Those that are not the same picture."""
        return tuple(one for one in self.pairs if not is_same_picture(one))

    def find(self, view: str) -> Pair | None:
        return next((one for one in self.pairs if str(one.view) == view), None)


@dataclass(frozen=True, slots=True)
class RunComparison:
    """What two runs differ by. It decides nothing: what is approved, and what a run is judged by, stays as it is."""

    run: RunSummary  # the new side
    other: RunSummary  # the old side
    is_same_definition: bool
    comparisons: tuple[Comparison, ...]  # `removed`: only the other run has the view; `added`: only this one
    not_measured: tuple[View, ...]  # beyond what one request measures; ask for them by name


def run_pair(house: House, run_id: RunId, other_id: RunId) -> RunPair | None:
    """Two runs of the ledger; None: it has one of them not, or not any more."""
    with house.ledger.read() as ledger:
        run, other = ledger.runs.find(run_id), ledger.runs.find(other_id)
        if run is None or other is None:
            return None
        definition = ledger.definitions.find(run.definition_id)
        played = ledger.evidence.sessions_of([run.id, other.id])
    sessions = deciding(played.get(run.id, []))
    shots = [shot for session in sessions for shot in session.screenshots]
    images = {
        shot.view: image_of(shot, other.id)
        for session in deciding(played.get(other.id, []))
        for shot in session.screenshots
    }
    policy = definition.plan.baseline if definition else BaselinePolicy()
    findings = tuple(finding for session in sessions for finding in session.findings)
    pairs = sorted(pair(images, shots), key=_rank)
    return RunPair(run, other, tuple(pairs), policy, findings)


def run_comparison(
    house: House, found: RunPair, measured: Sequence[Comparison], asked: Collection[View] = ()
) -> RunComparison:
    """The answer about a pair.

    Args:
        house: Ports.
        found: The pair.
        measured: What was looked at.
        asked: The views that were asked for; none: all.
    """
    known = {one.view for one in measured}
    return RunComparison(
        summary(house, found.run),
        summary(house, found.other),
        found.run.definition_id == found.other.definition_id,
        tuple(measured),
        tuple(one.view for one in found.pairs if one.view not in known and (not asked or one.view in asked)),
    )


def choices_for(house: House, run: Run, chosen: Collection[RunId] = ()) -> Iterator[RunSummary]:
    """The newest runs of the same definition that this one can be compared with; what is chosen is among them."""
    for one in list_runs(house, definition_id=run.definition_id, limit=CHOICES).items:
        if one.id != run.id and (not one.status.is_open or one.id in chosen):
            yield one


def is_same_picture(each: Pair) -> bool:
    """Whether both sides are there and have the same bytes."""
    return each.old is not None and each.new is not None and each.old.sha256 == each.new.sha256


def _rank(each: Pair) -> int:
    if is_same_picture(each):
        return 3
    return 2 if each.new is None else 1 if each.old is None else 0
