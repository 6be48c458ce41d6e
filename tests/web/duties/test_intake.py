"""The intake beside a real ledger and inbox: what it does without being woken, and what it survives."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from builders import a_delivery, a_source
from fickle_ledger import FickleLedger
from houses import a_house, an_estate, apply
from inspect_pipelines.domain.ids import DEFAULT_ORG, SourceId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.duties.intake import Intake
from inspect_pipelines.web.webhooks.known_sources import KnownSources
from patience import until
from senders import payload


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("GITHUB_SECRET", "known")
    house = a_house(tmp_path)
    apply(house, organization=Organization(DEFAULT_ORG, sources=(a_source(),)))
    yield house
    house.ledgers.close()
    house.inbox.close()


def an_intake(house: House, **changes: object) -> Intake:
    return Intake(house, KnownSources(an_estate(house)), **{"every_seconds": 0.02, **changes})


def test_it_looks_by_itself_and_calls_the_route_after_each_look(house: House) -> None:
    routed = threading.Event()
    intake = an_intake(house, route=lambda house: routed.set())
    intake.start()
    house.inbox.store([a_delivery(1, kind="push", body=payload("push"))])

    until(lambda: not house.inbox.waiting())
    assert routed.wait(120)
    intake.stop()

    with house.ledger.read() as ledger:
        assert [event.type for event in ledger.events.latest()] == ["push"]


def test_sources_are_known_once_it_has_started(house: House) -> None:
    intake = an_intake(house)

    intake.start()
    intake.stop()

    known = intake.sources.find("github-acme")
    assert known is not None
    assert known.secrets == ("known",)
    assert "known" not in repr(known).replace("known_sources", "").replace("KnownSource", "")


def test_a_secret_file_that_is_not_utf8_costs_no_other_source_its_webhooks(
    house: House, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_bytes(b"\xff\xfe")
    odd = replace(a_source(), id=SourceId("odd"), secrets=(f"${{file:{tmp_path}/secret}}",))
    apply(house, organization=Organization(DEFAULT_ORG, sources=(odd, a_source())))
    sources = KnownSources(an_estate(house))

    sources.refresh()

    known = sources.find("github-acme")
    assert known is not None
    assert known.secrets == ("known",)
    assert sources.problem.startswith("source 'odd': secret '${file:")


def test_a_ledger_that_is_away_is_told_and_what_waits_is_taken_in_afterwards(house: House) -> None:
    ledger = FickleLedger(house.ledger)
    house.inbox.store([a_delivery(1)])
    intake = an_intake(replace(house, ledger=ledger))
    intake.start()
    until(lambda: intake.problem == "the ledger stayed locked")
    assert house.inbox.waiting()

    ledger.is_away = False

    until(lambda: not house.inbox.waiting() and not intake.problem)
    intake.stop()


def test_a_second_start_after_a_stop_works_again(house: House) -> None:
    intake = an_intake(house)
    intake.start()
    intake.stop()
    house.inbox.store([a_delivery(1)])

    intake.start()

    until(lambda: not house.inbox.waiting())
    intake.stop()
