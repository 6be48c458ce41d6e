from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from builders import NOW, a_delivery, a_source
from houses import a_house, apply
from inspect_pipelines.domain.ids import DEFAULT_ORG, SourceId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.errors import Refused, Unavailable
from inspect_pipelines.ports.code_host import FailedDelivery
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.redeliver import redeliver

HOOKED = replace(a_source(), hook="repos/acme/shop/hooks/1")


class HookHost:
    def __init__(self, *guids: str) -> None:
        self.failed = [FailedDelivery(number, guid, NOW) for number, guid in enumerate(guids)]
        self.asked: list[str] = []
        self.is_away = False
        self.since: list[datetime] = []

    def changed_paths(self, source_id: SourceId, repo: str, number: int) -> tuple[str, ...]:
        return ()

    def failed_deliveries(self, source_id: SourceId, *, since: datetime) -> list[FailedDelivery]:
        self.since.append(since)
        if source_id != HOOKED.id:
            raise Refused("no such hook")
        return self.failed

    def redeliver(self, source_id: SourceId, delivery: FailedDelivery) -> None:
        if self.is_away:
            raise Unavailable("GitHub is away")
        self.asked.append(delivery.guid)


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    other = replace(HOOKED, id=SourceId("other"))
    bare = replace(HOOKED, id=SourceId("bare"), hook=None)
    apply(house, organization=Organization(DEFAULT_ORG, sources=(bare, other, HOOKED)))
    return house


def test_a_delivery_that_failed_is_asked_for_once(house: House) -> None:
    host = HookHost("lost", "lost too")

    first = redeliver(house, host, since=NOW)
    again = redeliver(house, host, since=NOW)

    assert first == (2, ["no such hook"])
    assert again == (0, ["no such hook"])
    assert host.asked == ["lost", "lost too"]
    assert len(host.since) == 4  # of the two sources with a hook


def test_one_that_arrived_although_github_thinks_otherwise_is_not(house: House) -> None:
    arrived = a_delivery()
    house.inbox.store([replace(arrived, source_id=HOOKED.id)])
    host = HookHost(arrived.source_delivery_id)

    assert redeliver(house, host, since=NOW)[0] == 0
    assert host.asked == []


def test_one_that_github_would_not_take_is_tried_at_the_next_look(house: House) -> None:
    host = HookHost("lost")
    host.is_away = True

    away = redeliver(house, host, since=NOW)
    host.is_away = False
    back = redeliver(house, host, since=NOW)

    assert (away[0], back[0]) == (0, 1)
    assert "GitHub is away" in away[1]
