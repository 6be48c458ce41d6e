"""The inbox: everything that waits for a person, each with a sentence and a way to deal with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

import ledger_rows
from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.event import EventStatus
from inspect_pipelines.domain.ids import DecisionId
from inspect_pipelines.domain.notification import DeliveryStatus
from inspect_pipelines.domain.ownership import OwnerRule
from inspect_pipelines.domain.repair import RepairStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.notifications import notification_with
from people import a_token, bearer
from pressing import EVIL, FORM, audited, press, refuse_markup, shown
from web_app import TestClient, a_client

EVENT, MESSAGE = ledger_rows.EVENT, ledger_rows.DUE


@pytest.fixture
def client(ours: House) -> TestClient:
    return a_client(ours)


def lose(house: House, why: str = "its changed paths stayed unknown") -> None:
    """An event that nobody could decide, and a message that was given up."""
    with house.ledger.write() as ledger:
        ledger.events.save(
            replace(EVENT, status=EventStatus.UNDECIDED, problem=why, received_at=house.clock.now())
        )
        ledger.outbox.replace(
            replace(MESSAGE, status=DeliveryStatus.FAILED, receipt=why, created_at=house.clock.now())
        )


def test_an_owner_is_a_link_to_what_waits_for_them(client: TestClient, ours: House) -> None:
    run = ledger_rows.REVIEW.run_id
    with ours.ledger.write() as ledger:
        organization = replace(ledger.organizations.find(), owners=(OwnerRule("*", (f"pay/{EVIL}", "ada")),))
        ledger.organizations.save(organization, at=ours.clock.now())

    whole, adas, bobs = (shown(client, f"/inbox{query}") for query in ("", "?owner=ada", "?owner=bob"))

    refuse_markup(whole)
    assert 'href="/inbox?owner=ada"' in whole
    assert f"review-{run}" in adas
    assert "Nothing waits for bob" in bobs
    assert f"review-{run}" not in bobs
    assert 'id="environments"' in whole
    assert 'id="environments"' not in adas + bobs  # they are nobody's alone


def test_what_waits_stands_there_with_a_sentence_and_a_button(client: TestClient, ours: House) -> None:
    lose(ours)

    page = shown(client, "/inbox")

    assert f'href="/runs/{ledger_rows.REVIEW.run_id}/review"' in page
    assert f'href="/events/{EVENT.id}"' in page
    assert page.count("its changed paths stayed unknown") == 2
    assert f'action="/events/{EVENT.id}/replay"' in page
    assert f'action="/notifications/{MESSAGE.id}/resend"' in page
    assert "elsewhere (desktop) of nightly-shop</a> counts again" in page
    assert "ada set it aside for ada" in page
    assert f'action="/schedules/{ledger_rows.NIGHTLY.id}/resume"' in page
    assert "the shop moves" in page


def test_a_repair_that_an_agent_proposes_stands_there_with_the_command_to_accept_it_until_it_is_decided(
    client: TestClient, ours: House
) -> None:
    repair = replace(ledger_rows.REPAIR, playbook=f"shop{EVIL}")
    with ours.ledger.write() as ledger:
        ledger.repairs.save(repair)
    page = shown(client, "/inbox")
    with ours.ledger.write() as ledger:
        ledger.repairs.save(replace(repair, status=RepairStatus.DECLINED))

    assert 'id="repairs"' in page
    assert f'href="/runs/{repair.run_id}"' in page
    assert f"inspect-pipelines repairs accept {repair.id}" in page
    refuse_markup(page)
    assert 'id="repairs"' not in shown(client, "/inbox")


def test_a_message_that_did_not_arrive_is_sent_again(client: TestClient, ours: House) -> None:
    lose(ours)

    answers = [press(client, f"/notifications/{MESSAGE.id}/resend") for _ in range(2)]

    assert {one.headers["location"] for one in answers} == {"/inbox?said=resend"}
    found = notification_with(ours, MESSAGE.id)
    assert found is not None
    assert found.summary.notification.status is DeliveryStatus.STORED
    assert audited(ours).count(("notification.resend", MESSAGE.id, "console")) == 1
    assert "It is sent again" in shown(client, "/inbox?said=resend")


def test_what_is_long_past_or_far_ahead_waits_for_nobody(client: TestClient, ours: House) -> None:
    lose(ours)
    with ours.ledger.write() as ledger:
        ledger.decisions.withdraw(ledger_rows.HELD_BACK.id, by="user:ada", at=ours.clock.now())
        ledger.decisions.add(
            replace(ledger_rows.HELD_BACK, id=DecisionId("far"), until=ours.clock.now() + timedelta(days=20))
        )
        old = ours.clock.now() - timedelta(days=30)
        ledger.outbox.replace(replace(MESSAGE, status=DeliveryStatus.FAILED, created_at=old))

    page = shown(client, "/inbox")

    assert "Quarantines about to end" not in page
    assert "/resend" not in page or MESSAGE.id not in page


def test_whoever_may_not_read_events_is_shown_none(ours: House) -> None:
    lose(ours)
    narrow = {**FORM, **bearer(a_token(ours, "ada", scopes=[Permission.PICTURES_READ]))}
    with a_client(ours, is_open=True) as client:
        page = client.get("/inbox", headers=narrow).text

    assert EVENT.id not in page
    assert MESSAGE.id not in page
    assert "<form" not in page.partition('id="page"')[2]


def test_what_strangers_wrote_stays_text(client: TestClient, ours: House) -> None:
    lose(ours, EVIL)

    refuse_markup(shown(client, "/inbox"))
