"""The asker beside a real ledger: what it asks a code host for, and when."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from builders import NOW, a_merge, a_source, a_trigger
from code_hosts import KnowingHost
from houses import a_house, apply
from inspect_pipelines.domain.ids import DEFAULT_ORG, SourceId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.errors import SetupMissing
from inspect_pipelines.ports.code_host import FailedDelivery
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.redeliver import KEPT_BY_GITHUB, OVERLAP
from inspect_pipelines.usecases.events.route import route
from inspect_pipelines.web.duties.asker import REDELIVER_EVERY_SECONDS, Asker


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_trigger(paths=("src/**",)), a_trigger("any"))
    return house


def tell(house: House, *numbers: int) -> None:
    with house.ledger.write() as ledger:
        for number in numbers:
            ledger.events.add(a_merge(number, paths=None))


def test_trouble_with_paths_does_not_keep_it_from_asking_for_lost_deliveries(house: House) -> None:
    hooked = replace(a_source(), hook="orgs/acme/hooks/1")
    apply(house, organization=Organization(DEFAULT_ORG, sources=(hooked,)))

    class Troubled(KnowingHost):
        def changed_paths(self, source_id: SourceId, repo: str, number: int) -> tuple[str, ...]:
            raise SetupMissing("no certificates")

    host = Troubled()
    asker = Asker(house, host, route)
    tell(house, 1)
    route(house)

    with pytest.raises(SetupMissing):
        asker.turn()

    assert len(host.looks) == 1


def test_a_delivery_is_asked_for_once_an_attempt_from_look_to_look(house: House) -> None:
    hooked = replace(a_source(), hook="orgs/acme/hooks/1")
    apply(house, organization=Organization(DEFAULT_ORG, sources=(hooked,)))

    host = KnowingHost()
    asker = Asker(house, host, route)

    for attempt in (1, 1, 2):
        host.attempts = [(FailedDelivery(attempt, "lost", house.clock.now()), False)]
        asker.turn()
        house.clock.sleep(REDELIVER_EVERY_SECONDS)

    assert [delivery.id for delivery in host.redelivered] == [1, 2]


def test_failed_deliveries_are_looked_for_every_five_minutes_and_after_a_downtime(house: House) -> None:
    hooked = replace(a_source(), hook="orgs/acme/hooks/1")
    apply(house, organization=Organization(DEFAULT_ORG, sources=(hooked,)))
    host = KnowingHost()
    asker = Asker(house, host, route)

    asker.turn()
    asker.turn()
    house.clock.sleep(REDELIVER_EVERY_SECONDS)
    asker.turn()

    assert host.looks == [NOW - KEPT_BY_GITHUB, NOW - OVERLAP]


def test_a_refused_command_gets_its_reaction(house: House) -> None:
    apply(house, a_trigger("smoke", event="issue_comment.created"))
    told = {
        "command": "/inspect",
        "arguments": "smok",
        "author_association": "MEMBER",
        "comment_id": 501,
    }
    with house.ledger.write() as ledger:
        ledger.events.add(a_merge(1, type="issue_comment.created", data=told))
    route(house)
    host = KnowingHost()
    host.comments.add(("acme/shop", 501))

    Asker(house, host, route).turn()

    assert host.reactions == {("acme/shop", 501, "confused")}
