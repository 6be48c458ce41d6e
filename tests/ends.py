"""Ends runs in a house through the one judge, and says what people would hear."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from builders import a_plan, a_run, a_schedule
from houses import apply
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.domain.verdict import Verdict
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.conclude import record_end

QA = NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",))
NIGHTLY = DefinitionId("nightly-shop")


class Watch:
    """A house in which runs end one after another, an hour apart unless a test says otherwise."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._runs = 0

    def define(
        self,
        *rules: NotifyRule,
        definition_id: str = NIGHTLY,
        organization: Organization | None = None,
        **plan: Any,
    ) -> None:
        schedule = a_schedule(definition_id, plan=a_plan(notify=rules or (QA,), **plan))
        apply(self.house, schedule, organization=organization)

    def end(
        self,
        status: RunStatus = RunStatus.FAILED,
        reason: str = "it is broken",
        *,
        definition_id: str = NIGHTLY,
        sessions: Sequence[SessionResult] = (),
        comparisons: Sequence[Comparison] = (),
        verdict: Verdict | None = None,
        after: timedelta = timedelta(hours=1),
        **run: Any,
    ) -> list[Notification]:
        """One more run; returns what it makes people hear."""
        self.house.clock.sleep(after.total_seconds())
        now = self.house.clock.now()
        self._runs += 1
        number = self._runs
        wanted = a_run(number, definition_id=DefinitionId(definition_id), origin=f"request:{number}", **run)
        with self.house.ledger.write() as ledger:
            ledger.runs.request(wanted)
            running = wanted.claimed(f"d{number}", now=now)
            ledger.runs.claim(running, allow_overlap=True)
            for session in sessions:
                ledger.evidence.save_session(wanted.id, session)
            ledger.evidence.save_comparisons(wanted.id, comparisons)
            definition = ledger.definitions.find(DefinitionId(definition_id))
            told = record_end(
                ledger,
                running.concluded(status, reason, now=now),
                definition,
                at=now,
                kinds=self.house.kinds,
                sessions=sessions,
                comparisons=comparisons,
                verdict=verdict,
            )
        return list(told or ())

    def last_run(self) -> Run:
        with self.house.ledger.read() as ledger:
            run = ledger.runs.find(RunId(a_run(self._runs).id))
        assert run is not None
        return run

    def incidents(self) -> list[Incident]:
        """Oldest first."""
        with self.house.ledger.read() as ledger:
            return ledger.incidents.latest()[::-1]


def heard(notes: Sequence[Notification]) -> list[tuple[str, str]]:
    """(kind, target) of each message."""
    return [(note.message.kind.value if note.message else "", note.target) for note in notes]


class OnRealTime(Watch):
    """Ends runs at the machine's time, for commands that look at it."""

    def end(self, *words: Any, **changes: Any) -> list[Notification]:
        return super().end(*words, **{"after": timedelta(0), **changes})
