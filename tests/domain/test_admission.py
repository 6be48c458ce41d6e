"""Overlap and status as machines: whatever happens in whatever order, no run is lost and no slot is held twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from builders import NOW, a_run
from inspect_pipelines.domain.plan import Overlap
from inspect_pipelines.domain.run import Admission, Door, Refusal, Run, RunStatus, SkipReason, admission
from inspect_pipelines.errors import Refused

ENDS = [status for status in RunStatus if not status.is_open and status is not RunStatus.SKIPPED]


class Overlapping(RuleBasedStateMachine):
    """Runs of one definition come, wait, begin and end; `runs` is what a ledger would hold."""

    @initialize(overlap=st.sampled_from(Overlap))
    def begin(self, overlap):
        self.overlap = overlap
        self.runs: dict[str, Run] = {}
        self.now = NOW

    def running(self) -> list[Run]:
        return [run for run in self.runs.values() if run.status is RunStatus.RUNNING]

    def waiting(self) -> list[Run]:
        return [run for run in self.runs.values() if run.status is RunStatus.PENDING]

    def ask(self, run: Run, dagster_run_id: str, refusal: Refusal | None = None) -> Admission:
        self.now += timedelta(seconds=1)
        entry = admission(
            run,
            dagster_run_id,
            refusal=refusal,
            holder=next(iter(self.running()), None),
            waiting=next((other for other in self.waiting() if other.id != run.id), None),
            overlap=self.overlap,
            now=self.now,
        )
        self.runs[run.id] = entry.run
        if entry.displaced is not None:
            self.runs[entry.displaced.id] = entry.displaced
        return entry

    @rule(is_paused=st.booleans())
    def a_run_comes(self, is_paused):
        run = a_run(len(self.runs) + 1)
        busy = bool(self.running())

        entry = self.ask(run, f"d-{run.id}", Refusal(SkipReason.PAUSE, "maintenance") if is_paused else None)

        if is_paused:
            assert entry.door is Door.SKIPPED
        elif not busy or self.overlap is Overlap.ALLOW:
            assert entry.door is Door.ADMITTED
        elif self.overlap is Overlap.SKIP:
            assert entry.door is Door.SKIPPED
        else:
            assert entry.door is Door.BUFFERED  # runs come in order, so the newest always waits

    @precondition(lambda self: self.running())
    @rule(data=st.data())
    def a_run_ends(self, data):
        run = data.draw(st.sampled_from(self.running()))
        self.runs[run.id] = run.concluded(data.draw(st.sampled_from(ENDS)), "because", now=self.now)

    @precondition(lambda self: self.waiting())
    @rule()
    def the_run_that_waits_is_launched_again(self):
        (run,) = self.waiting()
        busy = bool(self.running())

        assert self.ask(run, f"again-{run.id}").door is (Door.BUFFERED if busy else Door.ADMITTED)

    @precondition(lambda self: self.runs)
    @rule(data=st.data())
    def dagster_launches_a_run_twice(self, data):
        run = data.draw(st.sampled_from(list(self.runs.values())))
        if run.status is RunStatus.PENDING:
            return
        before = dict(self.runs)

        assert self.ask(run, "twin").door is Door.DUPLICATE
        assert self.runs == before

    @invariant()
    def no_slot_is_held_twice_and_one_run_waits_at_most(self):
        if self.overlap is not Overlap.ALLOW:
            assert len(self.running()) <= 1
        assert len(self.waiting()) <= (1 if self.overlap is Overlap.BUFFER_ONE else 0)

    @invariant()
    def whatever_did_not_run_says_why(self):
        skipped = [run for run in self.runs.values() if run.status is RunStatus.SKIPPED]
        assert all(run.reason.startswith(("overlap: ", "pause: ")) and run.completed_at for run in skipped)


class Living(RuleBasedStateMachine):
    """One run through every order of deeds: it is claimed once at most, and ends once."""

    def __init__(self) -> None:
        super().__init__()
        self.run = a_run()
        self.ends: list[RunStatus] = []

    def deed(self, allowed: bool, make) -> None:
        if not allowed:
            with pytest.raises(Refused):
                make()
            return
        self.run = make()

    @rule()
    def claim(self):
        self.deed(self.run.status is RunStatus.PENDING, lambda: self.run.claimed("d-1", now=NOW))

    @rule()
    def buffer(self):
        self.deed(self.run.status is RunStatus.PENDING, lambda: self.run.buffered(now=NOW))

    @rule(reason=st.sampled_from(SkipReason))
    def skip(self, reason):
        was_pending = self.run.status is RunStatus.PENDING
        self.deed(was_pending, lambda: self.run.skipped(reason, "because", now=NOW))
        if was_pending:
            self.ends.append(self.run.status)

    @rule(status=st.sampled_from(RunStatus))
    def conclude(self, status):
        may = self.run.status.is_open and not status.is_open
        self.deed(may, lambda: self.run.concluded(status, "because", now=NOW))
        if may:
            self.ends.append(status)

    @invariant()
    def it_ended_once_at_most_and_keeps_that_end(self):
        assert len(self.ends) <= 1
        assert not self.ends or self.run.status is self.ends[0]
        assert (self.run.completed_at is not None) is bool(self.ends)


TestOverlapping = Overlapping.TestCase
TestOverlapping.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
TestLiving = Living.TestCase
TestLiving.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)
