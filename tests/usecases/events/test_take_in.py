"""From the inbox to the ledger: each delivery once, whatever happens between."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from builders import a_delivery, a_source
from houses import a_house, apply
from inspect_pipelines.domain.event import EventStatus
from inspect_pipelines.domain.ids import DEFAULT_ORG, SourceId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.take_in import TakenIn, take_in
from senders import payload


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, organization=Organization(DEFAULT_ORG, sources=(a_source(),)))
    yield house
    house.ledgers.close()
    house.inbox.close()


def push(number: int = 1, **changes: object):
    return a_delivery(number, **{"kind": "push", "body": payload("push"), **changes})


def facts(house: House) -> list[dict]:
    with house.ledgers.read() as ledger:
        return [json.loads(body)["event"] for _, kind, body in ledger.journal.after(0) if kind == "event"]


def test_waiting_deliveries_become_events_with_their_facts(house: House) -> None:
    house.inbox.store([push(1), a_delivery(2), push(3, body=b"{")])

    taken = take_in(house)

    assert taken == TakenIn(deliveries=3, events=1)
    assert house.inbox.waiting() == []
    with house.ledger.read() as ledger:
        statuses = [event.status for event in ledger.events.latest()]
    assert statuses == [EventStatus.UNREADABLE, EventStatus.IGNORED, EventStatus.RECEIVED]
    assert [fact["status"] for fact in facts(house)] == ["received", "ignored", "unreadable"]
    assert take_in(house) == TakenIn(0, 0)


def test_a_crash_between_the_two_commits_tells_nothing_twice(house: House) -> None:
    house.inbox.store([push(1)])
    crashing = replace(house, inbox=_DiesBeforeHandled(house.inbox))
    with pytest.raises(Unavailable):
        take_in(crashing)

    taken = take_in(house)

    assert taken == TakenIn(deliveries=1, events=0)
    assert len(facts(house)) == 1
    assert house.inbox.waiting() == []


def test_a_repetition_does_not_undo_what_was_decided_meanwhile(house: House) -> None:
    house.inbox.store([push(1)])
    with pytest.raises(Unavailable):
        take_in(replace(house, inbox=_DiesBeforeHandled(house.inbox)))
    with house.ledger.write() as ledger:
        (event,) = ledger.events.latest()
        ledger.events.save(replace(event, status=EventStatus.DECIDED))

    take_in(house)

    with house.ledger.read() as ledger:
        assert ledger.events.find(event.id).status is EventStatus.DECIDED


def test_a_source_that_is_gone_leaves_its_deliveries_unreadable_and_kept(house: House) -> None:
    house.inbox.store([push(1, source_id=SourceId("gone"))])

    take_in(house)

    with house.ledger.read() as ledger:
        (event,) = ledger.events.latest()
    assert (event.status, event.type) == (EventStatus.UNREADABLE, "push")
    assert event.problem.startswith("the source 'gone' is not in organization.yaml any more")
    assert house.inbox.find(house.org_id, event.id) is not None


def test_a_delivery_that_meets_a_defect_of_ours_does_not_hold_up_the_others(house: House) -> None:
    house.inbox.store([push(1), push(2)])

    taken = take_in(replace(house, inbox=_HandsOutOneWithoutABody(house.inbox)))

    with house.ledger.read() as ledger:
        (broken,) = ledger.events.latest(status=EventStatus.UNREADABLE)
    assert broken.problem == (
        "a defect of inspect-pipelines: AttributeError while it was read; please report it"
    )
    assert taken == TakenIn(deliveries=2, events=1)


def test_no_fact_holds_a_secret_or_the_payload(house: House) -> None:
    house.inbox.store([push(1)])

    take_in(house)

    (fact,) = facts(house)
    assert "avatars.example" not in json.dumps(fact)
    assert "GITHUB_SECRET" not in json.dumps(fact)
    assert fact["paths_count"] == 4


class _HandsOutOneWithoutABody:
    def __init__(self, inbox) -> None:
        self._inbox = inbox

    def __getattr__(self, name: str):
        return getattr(self._inbox, name)

    def waiting(self, limit: int):
        first, *others = self._inbox.waiting(limit)
        return [replace(first, body=None), *others]


class _DiesBeforeHandled:
    """The inbox of a process that is killed between the ledger's commit and its own."""

    def __init__(self, inbox) -> None:
        self._inbox = inbox

    def __getattr__(self, name: str):
        return getattr(self._inbox, name)

    def handled(self, ids) -> None:
        raise Unavailable("killed")
