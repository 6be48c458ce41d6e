"""Events in any order of deeds: deliveries, repeats, crashes, quiet periods, doors; each is in exactly one run a trigger."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from builders import a_source, a_trigger
from houses import a_house, apply
from inspect_pipelines.domain.answer import AnswerKind
from inspect_pipelines.domain.event import Delivery, EventStatus, SourceKind
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, EventId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.run import Door, Run, RunStatus
from inspect_pipelines.domain.trigger import Debounce
from inspect_pipelines.usecases.events.close_batches import close_batches
from inspect_pipelines.usecases.events.route import decide, route, triggers_of
from inspect_pipelines.usecases.events.take_in import take_in
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.start import Ticket

MINUTE = timedelta(minutes=1)
GATHERS = a_trigger("gathers", event="push", debounce=Debounce(MINUTE, 5 * MINUTE))
AT_ONCE = a_trigger("at-once", event="push", paths=("src/**",))
TRIGGERS = (GATHERS.id, AT_ONCE.id)
SOURCE = replace(a_source(), kind=SourceKind.GITHUB)
NUMBERS = st.integers(1, 30)


class Killed(Exception):
    """The process ended here."""


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.house = a_house(Path(self.folder.name))
        apply(self.house, GATHERS, AT_ONCE, organization=Organization(DEFAULT_ORG, sources=(SOURCE,)))
        self.delivered: set[int] = set()
        self.doors = 0

    @rule(numbers=st.lists(NUMBERS, min_size=1, max_size=4), branch=st.sampled_from(["main", "dev"]))
    def deliver(self, numbers: list[int], branch: str) -> None:
        """Some for the first time, some once more."""
        self.house.inbox.store([self.a_push(number, branch) for number in numbers])
        self.delivered |= set(numbers)

    @rule()
    def take_in(self) -> None:
        take_in(self.house)

    @rule(limit=st.integers(1, 3))
    def route(self, limit: int) -> None:
        route(self.house, limit=limit)

    @rule()
    def die_while_routing(self) -> None:
        with suppress(Killed), self.house.ledger.write() as ledger:
            for event in ledger.events.with_status(EventStatus.RECEIVED):
                decide(self.house, ledger, event, triggers_of(ledger))
            raise Killed

    @rule(seconds=st.sampled_from([1, 30, 61, 200]))
    def wait(self, seconds: int) -> None:
        self.house.clock.sleep(seconds)

    @rule()
    def close_batches(self) -> None:
        close_batches(self.house)

    @rule(twice=st.booleans())
    def launch(self, twice: bool) -> None:
        for run in start.unlaunched(self.house):
            doors = [self.come_to_the_door(run) for _ in range(1 + twice)]
            assert Counter(doors)[Door.ADMITTED] <= 1

    @rule()
    def launch_what_waited(self) -> None:
        for run in start.waiting(self.house):
            self.come_to_the_door(run)

    @rule()
    def end_runs(self) -> None:
        with self.house.ledger.write() as ledger:
            for run in ledger.runs.open():
                if run.status is RunStatus.RUNNING:
                    ledger.runs.conclude(run.concluded(RunStatus.PASSED, "", now=self.house.clock.now()))

    @invariant()
    def each_event_has_one_decision_a_trigger_and_each_origin_one_run(self) -> None:
        with self.house.ledger.read() as ledger:
            runs = ledger.runs.latest(limit=500)
            decisions = [d for one in TRIGGERS for d in ledger.answers.latest(one, limit=500)]
        assert max(Counter(run.origin for run in runs).values(), default=0) <= 1
        assert max(Counter((d.event_id, d.trigger_id) for d in decisions).values(), default=0) <= 1
        starters = [d.run_id for d in decisions if d.outcome is AnswerKind.STARTED and d.run_id]
        assert len(starters) == len(set(starters)) == len(runs), "one event starts a run, others join it"

    def teardown(self) -> None:
        """When all has been done, every event is in the one run that it was told to be in."""
        self.take_in()
        while route(self.house).events:
            pass
        self.house.clock.sleep(600)
        close_batches(self.house)
        with self.house.ledger.read() as ledger:
            events = ledger.events.latest(limit=500)
            assert len(events) == len(self.delivered), "nothing is lost, nothing is taken twice"
            for event in events:
                decisions = ledger.answers.of_event(event.id)
                assert sorted(d.trigger_id for d in decisions) == sorted(TRIGGERS)
                for decision in decisions:
                    run = ledger.runs.find(decision.run_id)
                    assert set(event.paths) <= set(run.variables["changed_paths"].split("\n"))
                    assert run.variables["base_branch"] == event.branch
        self.house.ledgers.close()
        self.house.inbox.close()
        self.folder.cleanup()

    def come_to_the_door(self, run: Run) -> Door:
        self.doors += 1
        ticket = Ticket(DefinitionId(run.definition_id), f"d{self.doors}", origin=run.origin)
        return start.admit(self.house, ticket).door

    def a_push(self, number: int, branch: str) -> Delivery:
        payload = {
            "ref": f"refs/heads/{branch}",
            "after": f"{number:040x}",
            "commits": [{"added": [f"src/{number}"], "modified": [], "removed": []}],
            "repository": {"full_name": "acme/shop"},
            "sender": {"login": "ada"},
        }
        return Delivery(
            id=EventId(self.house.clock.new_id()),
            org_id=DEFAULT_ORG,
            source_id=SOURCE.id,
            source_kind=SOURCE.kind,
            source_delivery_id=f"guid-{number}",
            kind="push",
            body=json.dumps(payload).encode(),
            received_at=self.house.clock.now(),
        )


def test_whatever_happens_each_event_is_in_one_run_of_each_trigger_and_none_is_lost() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
