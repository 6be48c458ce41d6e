"""Sets of baselines: what a definition's pictures are compared with, what was before, and what two of them differ by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inspect_pipelines.domain.any_of import hashes
from inspect_pipelines.domain.audit import is_by_rule
from inspect_pipelines.domain.baseline import Baseline, BaselineImage
from inspect_pipelines.domain.branch import branch_of, parted
from inspect_pipelines.domain.ids import BaselineId, DefinitionId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.run_filter import RunFilter
from inspect_pipelines.domain.screenshot import Environment, View
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.queries.page import Page, page_of, position_of
from inspect_pipelines.queries.runs import RunSummary, summaries
from inspect_pipelines.queries.variants import VariantSummary, variants_of

ADOPTABLE = (RunStatus.PASSED, RunStatus.FAILED, RunStatus.NEEDS_REVIEW)
RUNS_SHOWN = 20  # of which one may be chosen; any other is named by its id


@dataclass(frozen=True, slots=True)
class SetSummary:
    name: str
    definitions: tuple[Definition, ...]  # that are compared with it; several share one set
    active: Baseline | None  # None: nothing is approved yet

    @property
    def branch(self) -> str:
        """Whose own pictures they are, over the target's; empty: the target's."""
        return parted(self.name)[1]

    @property
    def set(self) -> str:
        """The name of the target's."""
        return parted(self.name)[0]


@dataclass(frozen=True, slots=True)
class Drift:
    """How far rules have led from what a person approved last."""

    since: Baseline
    views: int  # whose pictures are others now, or that were not there


@dataclass(frozen=True, slots=True)
class SetDossier:
    summary: SetSummary
    history: Page[Baseline]  # newest first by (created_at, id), deleted ones included
    previous: Baseline | None  # that rolling back puts in use; None: there is none
    runs: tuple[RunSummary, ...]  # whose pictures may become the approved ones, newest first
    environments: tuple[tuple[Environment, int], ...]  # of the active one's pictures, the most frequent first
    drift: Drift | None  # None: a person approved what is in use, or nobody ever did
    variants: tuple[VariantSummary, ...] = ()  # of views of which several pictures are approved


@dataclass(frozen=True, slots=True)
class Difference:
    """One view in two baselines."""

    view: View
    old: BaselineImage | None  # None: it was not approved there
    new: BaselineImage | None

    @property
    def word(self) -> str:
        if self.old is None:
            return "added"
        if self.new is None:
            return "removed"
        if hashes(self.old) == hashes(self.new):
            return "same"
        return "other variants" if self.old.sha256 == self.new.sha256 else "changed"


def list_sets(house: House) -> list[SetSummary]:
    """Those of definitions, those that no definition uses any more, and branches' that hold something, by name; two statements."""
    with house.ledger.read() as ledger:
        definitions = ledger.definitions.all()
        active = {one.set: one for one in ledger.baselines.in_use()}
    users = _users(definitions)
    return [
        SetSummary(name, tuple(users.get(parted(name)[0], ())), active.get(name))
        for name in sorted({*users, *(name for name, one in active.items() if not one.is_spent)})
    ]


def set_with(house: House, name: str, *, cursor: str | None = None, limit: int = 20) -> SetDossier | None:
    """The set of exactly that name, or of the definition of that id; None: no definition and no baseline has it."""
    before = position_of(cursor)
    with house.ledger.read() as ledger:
        definitions = ledger.definitions.all()
        name = next((one.plan.baseline.set or name for one in definitions if one.id == name), name)
        shared, branch = parted(name)
        users = _users(definitions).get(shared, [])
        active = ledger.baselines.active(name)
        found = ledger.baselines.all(name, before=before, limit=limit + 1, with_deleted=True)
        if not found and active is None and (branch or not users):
            return None
        older = (
            ledger.baselines.all(name, before=Position(active.created_at, active.id), limit=1)
            if active
            else []
        )
        runs = [
            run
            for one in users
            for run in ledger.runs.matching(
                RunFilter(definition_id=DefinitionId(one.id), status=ADOPTABLE, only_whole=True),
                limit=RUNS_SHOWN,
            )
            if branch_of(run.variables, one.plan) == branch
        ]
        newest = sorted(runs, key=lambda run: (run.requested_at, run.id), reverse=True)[:RUNS_SHOWN]
        shown = summaries(house, ledger, newest)
        drift = _drift(ledger, active) if active else None
        tracks = {} if branch else ledger.drift_tracks.of(name)
    return SetDossier(
        SetSummary(name, tuple(users), active),
        page_of(found, limit, lambda one: Position(one.created_at, one.id)),
        older[0] if older else None,
        tuple(shown),
        environments_of(active) if active else (),
        drift,
        variants_of(active, tracks, now=house.clock.now()),
    )


def baseline_in(house: House, set_name: str, baseline_id: str) -> Baseline | None:
    """The baseline of exactly that id, where it is one of the set."""
    with house.ledger.read() as ledger:
        found = ledger.baselines.find(BaselineId(baseline_id))
    return found if found is not None and found.set == set_name else None


def environments_of(baseline: Baseline) -> tuple[tuple[Environment, int], ...]:
    """In which environments its pictures were taken, and how many in each; the most frequent first."""
    found: dict[Environment, int] = {}
    for image in baseline.images.values():
        found[image.environment] = found.get(image.environment, 0) + 1
    return tuple(sorted(found.items(), key=lambda one: -one[1]))


def differences(old: Baseline, new: Baseline) -> list[Difference]:
    """Each view of either, those that differ first."""
    every = [
        Difference(view, old.images.get(view), new.images.get(view))
        for view in sorted({*old.images, *new.images})
    ]
    return sorted(every, key=lambda one: one.word == "same")


def _drift(ledger: LedgerSession, active: Baseline) -> Drift | None:
    if active.branch or not is_by_rule(active.created_by):
        return None
    found = ledger.baselines.of_a_person(active.set, before=Position(active.created_at, active.id))
    if found is None:
        return None
    return Drift(found, sum(one.word != "same" for one in differences(found, active)))


def _users(definitions: Sequence[Definition]) -> dict[str, list[Definition]]:
    found: dict[str, list[Definition]] = {}
    for one in sorted(definitions, key=lambda one: one.id):
        found.setdefault(one.plan.baseline.set or one.id, []).append(one)
    return found
