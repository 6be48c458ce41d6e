from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from builders import NOW, a_delivery, a_source
from code_hosts import RememberedCodeHost
from houses import a_house, apply
from inspect_pipelines.domain.ids import DEFAULT_ORG, SourceId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.errors import Refused, Unavailable
from inspect_pipelines.ports.code_host import FailedDelivery
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.redeliver import MOST_TRIES, redeliver

HOOKED = replace(a_source(), hook="repos/acme/shop/hooks/1")


def failed(*guids: str, first: int = 0) -> list[tuple[FailedDelivery, bool]]:
    return [(FailedDelivery(number, guid, NOW), False) for number, guid in enumerate(guids, first)]


def a_host(*guids: str) -> RememberedCodeHost:
    host = RememberedCodeHost()
    host.attempts = failed(*guids)
    host.without_hook.add(SourceId("other"))
    return host


def guids(host: RememberedCodeHost) -> list[str]:
    return [one.guid for one in host.redelivered]


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    other = replace(HOOKED, id=SourceId("other"))
    bare = replace(HOOKED, id=SourceId("bare"), hook=None)
    apply(house, organization=Organization(DEFAULT_ORG, sources=(bare, other, HOOKED)))
    return house


def test_a_delivery_that_failed_is_asked_for_once_an_attempt(house: House) -> None:
    host, asked = a_host("lost", "lost too"), {}

    first = redeliver(house, host, asked, since=NOW)
    again = redeliver(house, host, asked, since=NOW)

    assert first == (2, ["no such hook"])
    assert again == (0, ["no such hook"])
    assert guids(host) == ["lost", "lost too"]
    assert len(host.looks) == 4  # of the two sources with a hook


def test_one_whose_redelivery_fails_too_is_asked_for_again_but_not_for_ever(house: House) -> None:
    host, asked = a_host(), {}

    for attempt in range(MOST_TRIES + 2):
        host.attempts = failed("lost", first=attempt)
        redeliver(house, host, asked, since=NOW)

    assert guids(host) == ["lost"] * MOST_TRIES


def test_after_a_restart_it_is_asked_for_once_more(house: House) -> None:
    host = a_host("lost")

    for _ in ("we are killed before the answer", "restarted"):
        redeliver(house, host, {}, since=NOW)

    assert guids(host) == ["lost", "lost"]


def test_one_that_arrived_although_github_thinks_otherwise_is_not(house: House) -> None:
    arrived = a_delivery()
    house.inbox.store([replace(arrived, source_id=HOOKED.id)])
    host = a_host(arrived.source_delivery_id)

    assert redeliver(house, host, {}, since=NOW)[0] == 0
    assert guids(host) == []


def test_one_that_could_not_be_asked_for_is_tried_at_the_next_look(house: House) -> None:
    host, asked = a_host("lost"), {}
    host.trouble["lost"] = Unavailable("GitHub is away")

    away = redeliver(house, host, asked, since=NOW)
    host.trouble.clear()
    back = redeliver(house, host, asked, since=NOW)

    assert (away[0], back[0]) == (0, 1)
    assert "GitHub is away" in away[1]


def test_one_that_github_will_not_send_does_not_hold_up_the_next(house: House) -> None:
    host = a_host("gone", "lost")
    host.trouble["gone"] = Refused("no such delivery")

    count, problems = redeliver(house, host, {}, since=NOW)

    assert (count, guids(host)) == (1, ["lost"])
    assert "no such delivery" in problems
