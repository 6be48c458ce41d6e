"""A person's second look goes through the gates of a delivery."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders import a_delivery, a_merge, a_source, a_trigger
from houses import a_house, apply
from inspect_pipelines.domain.answer import AnswerKind
from inspect_pipelines.domain.event import Event, EventStatus
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.match import Fit
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.rehearse import rehearse
from inspect_pipelines.usecases.events.replay import replay
from inspect_pipelines.usecases.events.route import route
from inspect_pipelines.usecases.events.take_in import take_in
from senders import payload

WHY = "the repository 'acme/shop' is not in the list of source 'github-acme'"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return a_house(tmp_path)


def listed(house: House, *repos: str) -> None:
    apply(house, a_trigger("any"), organization=Organization(DEFAULT_ORG, sources=(a_source(repos=repos),)))


def tell(house: House, event: Event) -> None:
    with house.ledger.write() as ledger:
        ledger.events.add(event)
    route(house)


def runs(house: House) -> list[RunStatus]:
    with house.ledger.read() as ledger:
        return [run.status for run in ledger.runs.latest()]


def test_an_ignored_event_stays_ignored_with_its_reason(house: House) -> None:
    """A replay of what a source does not admit started runs: it went past the list of repositories."""
    listed(house, "acme/lamps")
    ignored = a_merge(status=EventStatus.IGNORED, problem=WHY)
    tell(house, ignored)

    again = replay(house, ignored.id)
    (rehearsed,) = rehearse(house, ignored)

    assert (again.status, again.problem, again.replay) == (EventStatus.IGNORED, WHY, "r1")
    assert (rehearsed.answer, rehearsed.reason) == (Fit.NO, f"the event is ignored: {WHY}")
    assert runs(house) == []


def test_a_repository_that_was_taken_off_the_list_is_ignored_the_next_time(house: House) -> None:
    listed(house)
    tell(house, a_merge())
    listed(house, "acme/lamps")

    again = replay(house, a_merge().id)
    (rehearsed,) = rehearse(house, a_merge())

    assert (again.status, again.problem) == (EventStatus.IGNORED, WHY)
    assert rehearsed.reason == f"the event is ignored: {WHY}"
    assert len(runs(house)) == 1


def test_an_ignored_event_whose_source_admits_it_now_is_read_again(house: House) -> None:
    listed(house, "acme/lamps")
    delivery = a_delivery(kind="pull_request", body=payload("pull_request.merged"))
    house.inbox.store([delivery])
    take_in(house)
    listed(house, "acme/*")

    again = replay(house, delivery.id)

    assert (again.status, again.replay) == (EventStatus.DECIDED, "r1")
    assert len(runs(house)) == 1


def test_an_event_whose_source_is_gone_is_refused(house: House) -> None:
    listed(house)
    tell(house, a_merge())
    apply(house, a_trigger("any"), organization=Organization(DEFAULT_ORG))

    with pytest.raises(Refused, match=r"organization\.yaml has no source 'github-acme' any more"):
        replay(house, a_merge().id)


def test_people_hear_of_an_event_that_could_not_be_read(house: House) -> None:
    """A merge of a known kind in an unknown shape started nothing, and only `events list` knew of it."""
    apply(
        house,
        *(a_trigger("post-merge"), a_trigger("deploys", event="deployment.completed")),
        organization=Organization(DEFAULT_ORG, sources=(a_source(),)),
    )
    delivery = a_delivery(kind="pull_request", body=b'{"repository": {"full_name": "acme/shop"}}')
    house.inbox.store([delivery])

    take_in(house)
    take_in(house)

    with house.ledger.read() as ledger:
        (decision,) = ledger.answers.of_event(delivery.id)
        run = ledger.runs.find(decision.run_id)
    assert (decision.trigger_id, decision.outcome) == ("post-merge", AnswerKind.UNDECIDED)
    assert decision.reason == "pull_request.base.ref is missing"
    assert run.status is RunStatus.ERROR
    assert f"events replay {delivery.id}" in run.reason
