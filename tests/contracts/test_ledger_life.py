"""A run's life in every ledger, in any order of deeds: one claim, one slot, one end."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import count

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from builders import NOW, a_run
from inspect_pipelines.domain.ids import DefinitionId, OrgId
from inspect_pipelines.domain.run import Run, RunStatus, SkipReason
from resources.ledger.store import SqlLedgers

SLOTS = range(4)  # that many origins a life has to do with
DEFINITIONS = (DefinitionId("nightly"), DefinitionId("hourly"))
ENDS = [status for status in RunStatus if not status.is_open]
LIVES = count(1)


class Life(RuleBasedStateMachine):
    """Compares the ledger with a dictionary that follows the rules of house.md."""

    ledgers: SqlLedgers

    def __init__(self) -> None:
        super().__init__()
        self.org_id = OrgId(f"org-{next(LIVES)}")  # a fresh one a life, in one database
        self.ledger = self.ledgers.of(self.org_id)
        self.model: dict[str, Run] = {}
        self.overlapping: set[str] = set()
        self.conclusions: dict[str, int] = {}

    def a_run_of(self, slot: int, attempt: int = 0) -> Run:
        wanted = a_run(slot, definition_id=DEFINITIONS[slot % 2], org_id=self.org_id)
        return replace(wanted, id=f"{self.org_id}-{slot}-{attempt}")

    @rule(slot=st.sampled_from(SLOTS), attempt=st.integers(0, 3))
    def request(self, slot: int, attempt: int) -> None:
        wanted = self.a_run_of(slot, attempt)
        with self.ledger.write() as session:
            stored = session.runs.request(wanted)
        assert stored == self.model.setdefault(wanted.origin, wanted)

    @rule(slot=st.sampled_from(SLOTS), dagster=st.integers(0, 2), allow_overlap=st.booleans())
    def claim(self, slot: int, dagster: int, allow_overlap: bool) -> None:
        run = self.model.get(self.a_run_of(slot).origin)
        if run is None:
            return
        pending = replace(run, status=RunStatus.PENDING, dagster_run_id=None, completed_at=None, reason="")
        claimed = pending.claimed(f"{self.org_id}-dagster-{dagster}", now=NOW)
        slot_is_held = not allow_overlap and any(
            other.status is RunStatus.RUNNING
            and other.definition_id == run.definition_id
            and other.origin not in self.overlapping
            for other in self.model.values()
        )
        may = run.status is RunStatus.PENDING and not slot_is_held
        with self.ledger.write() as session:
            assert session.runs.claim(claimed, allow_overlap=allow_overlap) is may
        if may:
            self.model[run.origin] = claimed
            if allow_overlap:
                self.overlapping.add(run.origin)

    @rule(slot=st.sampled_from(SLOTS), end=st.sampled_from(ENDS), is_rolled_back=st.booleans())
    def conclude(self, slot: int, end: RunStatus, is_rolled_back: bool) -> None:
        run = self.model.get(self.a_run_of(slot).origin)
        if run is None:
            return
        ended = replace(run, status=end, reason=f"it ended as {end}", completed_at=NOW)
        was_first = False
        with suppress(ZeroDivisionError), self.ledger.write() as session:
            was_first = session.runs.conclude(ended)
            session.journal.append("run", {"id": run.id}, at=NOW)
            _ = 1 / (0 if is_rolled_back else 1)
        if is_rolled_back:
            return
        assert was_first is run.status.is_open
        if was_first:
            self.model[run.origin] = ended
            self.conclusions[run.id] = self.conclusions.get(run.id, 0) + 1

    @rule(slot=st.sampled_from(SLOTS))
    def skip(self, slot: int) -> None:
        run = self.model.get(self.a_run_of(slot).origin)
        if run is None or run.status is not RunStatus.PENDING:
            return
        skipped = run.skipped(SkipReason.OVERLAP, "another one runs", now=NOW)
        with self.ledger.write() as session:
            assert session.runs.conclude(skipped)
        self.model[run.origin] = skipped
        self.conclusions[run.id] = self.conclusions.get(run.id, 0) + 1

    @invariant()
    def the_ledger_holds_what_the_rules_say(self) -> None:
        with self.ledger.read() as session:
            stored = session.runs.latest(limit=100)
            still_open = session.runs.open()
            counts = session.runs.counts()
        assert {run.origin: run for run in stored} == self.model
        assert len(stored) == len(self.model)
        assert {run.id for run in still_open} == {run.id for run in stored if run.status.is_open}
        assert sum(counts.values()) == len(stored)
        assert all(times == 1 for times in self.conclusions.values())

    @invariant()
    def a_definition_has_one_holder_unless_it_may_overlap(self) -> None:
        for definition_id in DEFINITIONS:
            running = [
                run
                for run in self.model.values()
                if run.definition_id == definition_id and run.status is RunStatus.RUNNING
            ]
            assert len([run for run in running if run.origin not in self.overlapping]) <= 1
            with self.ledger.read() as session:
                holder = session.runs.holder(definition_id)
            assert (holder is None) is (not running)


def test_a_run_is_claimed_once_holds_its_slot_and_ends_once_whatever_is_tried_in_which_order(ledgers):
    class LifeInThisLedger(Life):
        pass

    LifeInThisLedger.ledgers = ledgers
    run_state_machine_as_test(
        LifeInThisLedger,
        settings=settings(
            max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
