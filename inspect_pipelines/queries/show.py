"""Show a run: everything that is known about it, from one consistent view of the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.decision import Decision
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.retry import second_looks, second_thoughts
from inspect_pipelines.domain.review import CANCEL_REQUESTED
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.progress import Progress, progress_of


@dataclass(frozen=True, slots=True)
class Dossier:
    run: Run
    definition: Definition | None  # None: it was deleted
    sessions: tuple[SessionResult, ...]  # all attempts, in playing order
    comparisons: tuple[Comparison, ...]
    notifications: tuple[Notification, ...]
    incidents: tuple[Incident, ...]  # that it failed by
    decisions: tuple[tuple[str, str, str], ...]  # (decision, by, detail) of people, oldest first
    retries: tuple[Run, ...]  # oldest first
    progress: Progress
    events: tuple[Decision, ...] = ()  # what it came of, with those that it took in; oldest first

    @property
    def reviewed_as(self) -> str:
        """What a person decided about it last, empty when nobody did."""
        return reviewed_as(self.decisions)

    @property
    def flaky(self) -> tuple[str, ...]:
        """What was wrong at first and right when it was tried again, of a run that passed; one sentence each."""
        if self.run.status is not RunStatus.PASSED:
            return ()
        return (*second_thoughts(self.sessions), *second_looks(self.sessions, self.comparisons))


def reviewed_as(decisions: tuple[tuple[str, str, str], ...] | list[tuple[str, str, str]]) -> str:
    """The last decision about a run's outcome; wishing for its end is none."""
    return next((decision for decision, _, _ in reversed(decisions) if decision != CANCEL_REQUESTED), "")


def show(house: House, run: Run) -> Dossier:
    """What the ledger holds about a run."""
    now = house.clock.now()
    with house.ledger.read() as ledger:
        current = ledger.runs.find(run.id) or run
        definition = ledger.definitions.find(run.org_id, run.definition_id)
        sessions = tuple(ledger.evidence.sessions(run.id))
        comparisons = tuple(ledger.evidence.comparisons(run.id))
        decisions = tuple(ledger.reviews.of_run(run.id))
        return Dossier(
            current,
            definition,
            sessions,
            comparisons,
            tuple(ledger.outbox.of_run(run.id)),
            tuple(ledger.incidents.of_run(run.id)),
            decisions,
            tuple(ledger.runs.retries_of(run.id)),
            progress_of(
                current,
                definition,
                played=[session.playbook for session in sessions],
                compared=len(comparisons),
                is_unwanted=any(decision == CANCEL_REQUESTED for decision, _, _ in decisions),
                now=now,
            ),
            tuple(ledger.decisions.of_run(run.id)),
        )
