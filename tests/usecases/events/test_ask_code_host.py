from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from builders import a_merge, a_plan, a_source, a_trigger
from code_hosts import RememberedCodeHost
from houses import CollectingChannel, a_house, apply
from inspect_pipelines.domain.answer import AnswerKind
from inspect_pipelines.domain.event import Event, EventStatus
from inspect_pipelines.domain.ids import DEFAULT_ORG, EventId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import InspectError, Refused, Unavailable
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.events.ask_code_host import Attempts, ask_code_host
from inspect_pipelines.usecases.events.replay import replay
from inspect_pipelines.usecases.events.route import route

RULE = NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",))
TRIGGER = a_trigger(paths=("src/**",), plan=a_plan(notify=(RULE,)))


@pytest.fixture
def channel() -> CollectingChannel:
    return CollectingChannel()


@pytest.fixture
def house(tmp_path: Path, channel: CollectingChannel) -> House:
    house = a_house(tmp_path, channels=[("*", channel)])
    apply(house, TRIGGER, organization=Organization(DEFAULT_ORG, sources=(a_source(),)))
    return house


def tell(house: House, event: Event) -> None:
    with house.ledger.write() as ledger:
        ledger.events.add(event)
    route(house)


def stored(house: House, event_id: EventId) -> Event:
    with house.ledger.read() as ledger:
        event = ledger.events.find(event_id)
    assert event is not None
    return event


UNKNOWN = a_merge(7, paths=None)


def test_an_event_goes_on_when_its_paths_are_told(house: House) -> None:
    host = RememberedCodeHost(("src/a.py", "README.md"))
    tell(house, UNKNOWN)

    told = ask_code_host(house, host, {})
    route(house)

    with house.ledger.read() as ledger:
        (run,) = ledger.runs.latest()
    assert told == 1
    assert host.asked == [("github-acme", "acme/shop", 7)]
    assert run.variables["changed_paths"] == "README.md\nsrc/a.py"
    assert stored(house, UNKNOWN.id).status is EventStatus.DECIDED


def test_an_unknown_answer_is_not_no_paths_and_is_asked_for_again_later_and_later(house: House) -> None:
    host = RememberedCodeHost(Unavailable("slow"), Unavailable("slow"), ("src/a",))
    attempts: dict[EventId, Attempts] = {}
    tell(house, UNKNOWN)

    ask_code_host(house, host, attempts)
    ask_code_host(house, host, attempts)
    house.clock.sleep(5)
    ask_code_host(house, host, attempts)
    house.clock.sleep(9)
    too_early = len(host.asked)
    ask_code_host(house, host, attempts)
    house.clock.sleep(1)
    last = ask_code_host(house, host, attempts)

    assert (too_early, last, len(host.asked)) == (2, 1, 3)
    ask_code_host(house, host, attempts)
    assert attempts == {}


def test_after_an_hour_it_is_undecided_and_people_are_told_once(
    house: House, channel: CollectingChannel
) -> None:
    host = RememberedCodeHost(*[Unavailable("GitHub is away")] * 100)
    attempts: dict[EventId, Attempts] = {}
    tell(house, UNKNOWN)

    for _ in range(100):
        ask_code_host(house, host, attempts)
        house.clock.sleep(60)
    send_waiting(house)

    event = stored(house, UNKNOWN.id)
    assert event.status is EventStatus.UNDECIDED
    assert event.problem.startswith("GitHub is away; given up after")
    (message,) = channel.sent
    assert "changed paths unknown: GitHub is away" in message.text
    assert f"events replay {UNKNOWN.id}" in message.text
    with house.ledger.read() as ledger:
        (decision,) = ledger.answers.of_event(UNKNOWN.id)
        (run,) = ledger.runs.latest()
    assert decision.outcome is AnswerKind.UNDECIDED
    assert (run.status, run.id) == (RunStatus.ERROR, decision.run_id)


@pytest.mark.parametrize(
    ("event", "answer", "problem"),
    [
        (UNKNOWN, Refused("no token"), "no token"),
        (a_merge(7, paths=None, repo=None), None, "its payload leaves out changed files"),
    ],
)
def test_what_nobody_will_tell_is_undecided_at_once(
    house: House, event: Event, answer: InspectError | None, problem: str
) -> None:
    host = RememberedCodeHost(*([answer] if answer else []))
    tell(house, event)

    ask_code_host(house, host, {})

    assert stored(house, event.id).status is EventStatus.UNDECIDED
    assert stored(house, event.id).problem.startswith(problem)


def test_an_event_that_meets_a_defect_of_ours_is_told_and_does_not_hold_up_the_others(
    house: House, channel: CollectingChannel
) -> None:
    host = RememberedCodeHost(ZeroDivisionError(), ("src/a",))
    other = a_merge(8, paths=None)
    tell(house, UNKNOWN)
    tell(house, other)

    told = ask_code_host(house, host, {})
    send_waiting(house)

    assert told == 1
    assert stored(house, other.id).paths == ("src/a",)
    assert stored(house, UNKNOWN.id).status is EventStatus.UNDECIDED
    assert [
        message.text.count("ZeroDivisionError while GitHub was asked") > 0 for message in channel.sent
    ] == [True]


def test_a_large_push_that_names_no_paths_is_undecided(house: House) -> None:
    apply(house, a_trigger("pushes", event="push", paths=("src/**",)))
    push = a_merge(8, type="push", paths=None, number=None)
    tell(house, push)

    ask_code_host(house, RememberedCodeHost(), {})

    assert stored(house, push.id).status is EventStatus.UNDECIDED


def test_an_undecided_event_that_is_replayed_asks_again_and_starts_a_run_of_its_own(house: House) -> None:
    tell(house, UNKNOWN)
    ask_code_host(house, RememberedCodeHost(Refused("no token")), {})

    again = replay(house, UNKNOWN.id)
    ask_code_host(house, RememberedCodeHost(("src/a",)), {})
    route(house)

    assert (again.status, again.replay) == (EventStatus.WAITING, "r1")
    with house.ledger.read() as ledger:
        found = {run.origin: run.status for run in ledger.runs.latest()}
    assert found == {
        f"undecided:{UNKNOWN.id}:post-merge": RunStatus.ERROR,
        f"event:{UNKNOWN.id}:post-merge@r1": RunStatus.PENDING,
    }


def test_waiting_for_github_never_pauses_a_trigger(house: House) -> None:
    for number in (1, 2, 3, 4):
        tell(house, a_merge(number, paths=None))
        ask_code_host(house, RememberedCodeHost(Refused("no token")), {})

    with house.ledger.read() as ledger:
        assert ledger.pauses.listed(house.clock.now() + timedelta(days=1)) == ()
