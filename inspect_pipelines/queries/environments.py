"""Environments that became others: one review of all that each touches, and what was accepted before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.environment_change import AcceptedEnvironment, changes_in, id_of
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.review import Review
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.ports.house import House


@dataclass(frozen=True, slots=True)
class TouchedView:
    """A view of a definition in the new environment; `passed`: it differs by no more than its tolerance."""

    view: View
    passed: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class TouchedRun:
    run_id: RunId
    definition_id: DefinitionId
    context: str  # its branch or pull request; empty: no event says
    opened_at: datetime  # UTC
    views: tuple[TouchedView, ...]

    @property
    def differing(self) -> tuple[TouchedView, ...]:
        return tuple(one for one in self.views if not one.passed)


@dataclass(frozen=True, slots=True)
class EnvironmentReview:
    """What became of the environment, and the newest run of each definition that shows it."""

    id: str
    changes: tuple[str, ...]  # `browser 'A' became 'B', ..`, each by itself
    since: datetime  # UTC
    runs: tuple[TouchedRun, ...]  # oldest first

    @property
    def definitions(self) -> tuple[DefinitionId, ...]:
        return tuple(dict.fromkeys(run.definition_id for run in self.runs))

    @property
    def view_count(self) -> int:
        return sum(len(run.views) for run in self.runs)

    @property
    def differing_count(self) -> int:
        return sum(len(run.differing) for run in self.runs)


def list_environments(house: House) -> list[EnvironmentReview]:
    """Those that wait for a person, the oldest first."""
    with house.ledger.read() as ledger:
        waiting = ledger.review_queue.waiting_by_environment()
        compared = ledger.evidence.comparisons_of([one.run_id for one in waiting])
    asked: dict[str, list[Review]] = {}
    for one in waiting:
        asked.setdefault(one.environment, []).append(one)
    return [_review(environment, reviews, compared) for environment, reviews in asked.items()]


def environment_with(house: House, environment_id: str) -> EnvironmentReview | None:
    """The one of exactly that id; None: none of it waits."""
    return next((one for one in list_environments(house) if one.id == environment_id), None)


def accepted_environments(house: House) -> list[AcceptedEnvironment]:
    """What people accepted, the newest first."""
    with house.ledger.read() as ledger:
        return ledger.environments.accepted()


def accepted_with(house: House, accepted_id: str) -> AcceptedEnvironment | None:
    """The one of exactly that id; None: it is not accepted."""
    return next((one for one in accepted_environments(house) if one.id == accepted_id), None)


def _review(
    environment: str, reviews: Sequence[Review], compared: Mapping[RunId, Sequence[Comparison]]
) -> EnvironmentReview:
    runs = tuple(
        TouchedRun(
            one.run_id,
            one.definition_id,
            one.context,
            one.opened_at,
            tuple(
                TouchedView(each.view, each.passed, each.sentence)
                for each in compared.get(one.run_id, ())
                if each.was_run
            ),
        )
        for one in reviews
    )
    return EnvironmentReview(id_of(environment), changes_in(environment), reviews[0].opened_at, runs)
