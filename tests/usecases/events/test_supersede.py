"""A newer push ends the run of an older one, from the decision to the older commit's status."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from builders import NOW, a_merge, a_plan, a_source, a_trigger
from houses import CollectingChannel, a_house, apply
from inspect_pipelines.domain.debounce import usual_key
from inspect_pipelines.domain.event import Event
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.plan import NotifyRule, Overlap, RuleEvent
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.trigger import Debounce, Supersede
from inspect_pipelines.ports.engine import Engine
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.events.close_batches import close_batches
from inspect_pipelines.usecases.events.replay import replay
from inspect_pipelines.usecases.events.route import route
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.cancel import asked
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.runs.end_superseded import end_superseded
from inspect_pipelines.usecases.runs.start import Ticket

RULES = (
    NotifyRule(RuleEvent.ON_COMPLETE, ("github", "slack:#all")),
    NotifyRule(RuleEvent.ON_FAILURE, ("slack:#broken", "github")),
)
KEY = usual_key("pull_request.synchronize")


def a_superseding(**changes: Any):
    plan = a_plan(notify=RULES, overlap=changes.pop("overlap", Overlap.BUFFER_ONE))
    values = {"event": "pull_request.synchronize", "plan": plan, "supersede": Supersede.CANCEL}
    return a_trigger(**(values | {"debounce": Debounce(key=KEY)} | changes))


def a_push(serial: int, number: int = 7, **changes: Any) -> Event:
    values = {"type": "pull_request.synchronize", "number": number, "sha": str(serial) * 40}
    return a_merge(serial, **(values | changes))


@pytest.fixture
def github() -> CollectingChannel:
    return CollectingChannel()


@pytest.fixture
def slack() -> CollectingChannel:
    return CollectingChannel()


@pytest.fixture
def house(tmp_path: Path, github: CollectingChannel, slack: CollectingChannel) -> House:
    house = a_house(tmp_path, channels=[("github", github), ("*", slack)])
    apply(house, a_superseding(), organization=Organization(DEFAULT_ORG, sources=(a_source(),)))
    return house


def tell(house: House, *events: Event) -> list[Run]:
    """The runs, oldest first."""
    with house.ledger.write() as ledger:
        for event in events:
            ledger.events.add(event)
    route(house)
    return runs(house)


def runs(house: House) -> list[Run]:
    with house.ledger.read() as ledger:
        return sorted(ledger.runs.latest(), key=lambda run: run.id)


def playing(house: House, event: Event) -> Run:
    (*_, run) = tell(house, event)
    return start.admit(house, Ticket(run.definition_id, f"d-{run.id}", origin=run.origin)).run


def nobody() -> list[Engine]:
    return []


def test_a_newer_push_ends_the_run_of_the_older_one_and_names_itself(
    house: House, github: CollectingChannel, slack: CollectingChannel
) -> None:
    """Each push to a pull request waited for the one before, whose pictures nobody asked about any more."""
    older = playing(house, a_push(1))
    _, newer = tell(house, a_push(2))

    ended = end_superseded(house, nobody)
    send_waiting(house)

    first, second = runs(house)
    assert ended == 1
    assert (first.id, first.status) == (older.id, RunStatus.CANCELLED)
    assert first.reason == f"superseded by pull_request.synchronize 222222222222, run {newer.id}"
    assert (second.id, second.status) == (newer.id, RunStatus.PENDING)
    assert slack.sent == []
    (told,) = github.sent
    assert told.message is not None
    assert told.message.commit is not None
    assert told.message.commit.sha == "1" * 40
    assert "superseded by" in told.text
    assert "suspected" not in told.text


def test_a_worker_hears_of_it_by_itself(house: House) -> None:
    older = playing(house, a_push(1))
    tell(house, a_push(2))

    wish = asked(house, older.id)
    assert wish is not None
    abort(house, older.id, RunStatus.CANCELLED, wish)

    assert end_superseded(house, nobody) == 0
    assert runs(house)[0].reason.startswith("superseded by pull_request.synchronize")


def test_another_key_another_trigger_and_one_that_waits_are_left_alone(house: House) -> None:
    apply(house, a_superseding(), a_superseding(id="other"))
    tell(house, a_push(1, number=8))
    for run in runs(house):
        start.admit(house, Ticket(run.definition_id, f"d-{run.id}", origin=run.origin))

    tell(house, a_push(2, number=9))

    assert end_superseded(house, nobody) == 0
    assert [run.status for run in runs(house)].count(RunStatus.RUNNING) == 2


def test_without_the_key_a_newer_push_waits(house: House) -> None:
    apply(house, a_superseding(supersede=Supersede.WAIT))
    playing(house, a_push(1))
    tell(house, a_push(2))

    assert end_superseded(house, nobody) == 0
    assert [run.status for run in runs(house)] == [RunStatus.RUNNING, RunStatus.PENDING]


@pytest.mark.parametrize("time", [timedelta(days=-9), timedelta(days=27_000)])
def test_what_time_a_sender_writes_says_nothing_about_newer(house: House, time: timedelta) -> None:
    """A commit from the year 2099 would never be superseded, and one from last week would supersede nothing."""
    playing(house, a_push(1, event_time=NOW + timedelta(days=27_000)))
    tell(house, a_push(2, event_time=NOW + time))

    assert end_superseded(house, nobody) == 1


def test_a_replay_of_an_old_event_ends_nothing_newer(house: House) -> None:
    old = a_push(1)
    playing(house, old)
    tell(house, a_push(2))
    end_superseded(house, nobody)
    newer = runs(house)[1]
    start.admit(house, Ticket(newer.definition_id, "d-2", origin=newer.origin))

    replay(house, old.id)

    assert end_superseded(house, nobody) == 0
    assert runs(house)[1].status is RunStatus.RUNNING


def test_a_push_that_joins_a_waiting_run_ends_the_one_that_plays(house: House) -> None:
    playing(house, a_push(1))
    apply(house, a_superseding(supersede=Supersede.WAIT))
    tell(house, a_push(2))
    apply(house, a_superseding())

    (older, waiting) = tell(house, a_push(3))

    assert asked(house, older.id) == f"superseded by pull_request.synchronize 333333333333, run {waiting.id}"
    assert waiting.variables["commit_sha"] == "3" * 40


def test_a_debounced_push_ends_the_older_run_at_once_and_names_its_event(house: House) -> None:
    apply(house, a_superseding(debounce=Debounce(timedelta(minutes=1), timedelta(minutes=5), KEY)))
    tell(house, a_push(1))
    house.clock.sleep(61)
    close_batches(house)
    (older,) = runs(house)
    start.admit(house, Ticket(older.definition_id, "d-1", origin=older.origin))
    newer = a_push(2)

    tell(house, newer)

    assert asked(house, older.id) == f"superseded by pull_request.synchronize 222222222222, event {newer.id}"


def test_where_both_would_run_at_once_one_that_nobody_has_begun_ends_too(house: House) -> None:
    apply(house, a_superseding(overlap=Overlap.ALLOW))
    tell(house, a_push(1))
    tell(house, a_push(2))

    end_superseded(house, nobody)

    assert [run.status for run in runs(house)] == [RunStatus.CANCELLED, RunStatus.PENDING]


def test_a_run_that_came_to_its_own_end_keeps_it(house: House) -> None:
    older = playing(house, a_push(1))
    tell(house, a_push(2))
    abort(house, older.id, RunStatus.ERROR, "the browser died")

    assert end_superseded(house, nobody) == 0
    assert runs(house)[0].status is RunStatus.ERROR


def test_deciding_again_after_a_crash_asks_once(house: House) -> None:
    older = playing(house, a_push(1))
    tell(house, a_push(2))
    tell(house, a_push(3))

    with house.ledger.read() as ledger:
        assert len(ledger.reviews.of_run(older.id)) == 1
