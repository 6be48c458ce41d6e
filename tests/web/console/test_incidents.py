"""Incidents in the console: shown with what they are about, acknowledged, silenced and let speak again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from markupsafe import escape

import ledger_rows
from inspect_pipelines.domain.access import Role
from inspect_pipelines.domain.ids import DefinitionId, IncidentId
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.incidents import incident_with
from people import a_token, bearer
from pressing import EVIL, FORM, audited, press, refuse_markup, shown
from web_app import TestClient, a_client

PLACE = f"/incidents/{ledger_rows.INCIDENT.id}"


@pytest.fixture
def client(ours: House) -> TestClient:
    return a_client(ours)


def silent_until(house: House) -> object:
    found = incident_with(house, ledger_rows.INCIDENT.id)
    assert found is not None
    return [one.until for one in found.summary.silences if one.incident_id == ledger_rows.INCIDENT.id]


def test_what_is_wrong_now_stands_in_the_list_and_leads_to_its_runs(client: TestClient) -> None:
    listed, page = shown(client, "/incidents"), shown(client, PLACE)

    assert f'href="{PLACE}"' in listed
    assert escape(ledger_rows.INCIDENT.sentence) in listed
    assert f'href="/runs?definition={ledger_rows.INCIDENT.definitions[0]}"' in page
    assert "webhook:qa" in page


def test_whoever_looks_after_it_says_so_once(client: TestClient, ours: House) -> None:
    answers = [press(client, f"{PLACE}/ack") for _ in range(2)]

    assert {one.headers["location"] for one in answers} == {PLACE}
    assert audited(ours).count(("incident.ack", ledger_rows.INCIDENT.id, "console")) == 1
    page = shown(client, PLACE)
    assert "local looks after it" in page
    assert "I look after it" not in page


def test_an_incident_is_silenced_for_a_time_with_a_reason_and_speaks_again(
    client: TestClient, ours: House
) -> None:
    press(client, f"{PLACE}/silence", "k1", hours="8", reason="the shop moves")
    page, until = shown(client, PLACE), silent_until(ours)
    press(client, f"{PLACE}/unsilence", "k2")

    assert "the shop moves" in page
    assert until == [ours.clock.now() + timedelta(hours=8)]
    assert silent_until(ours) == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"hours": "9000", "reason": "x"}, "nobody is left in peace for"),
        ({"hours": "8", "reason": " "}, "a silence says why"),
    ],
)
def test_a_silence_without_an_end_or_a_reason_is_refused(
    client: TestClient, ours: House, fields: dict[str, str], says: str
) -> None:
    answer = press(client, f"{PLACE}/silence", **fields)

    assert answer.status_code == 400
    assert says in answer.text
    assert silent_until(ours) == []


def test_whoever_may_only_look_is_told_so_and_has_no_button(ours: House) -> None:
    viewer = bearer(a_token(ours, "vera", role=Role.VIEWER))
    with a_client(ours, is_open=True) as client:
        page = client.get(PLACE, headers={**FORM, **viewer}).text
        pressed = press(client, f"{PLACE}/ack", headers={**FORM, **viewer})

    assert "Your role may not acknowledge or silence incidents" in page
    assert "I look after it" not in page
    assert pressed.status_code == 403


def test_what_strangers_wrote_stays_text(client: TestClient, ours: House) -> None:
    incident = replace(
        ledger_rows.INCIDENT,
        id=IncidentId("01900000-0000-7000-8000-00000000eeee"),
        keys=(EVIL,), sentence=EVIL, note=EVIL, known_by=EVIL, definitions=(DefinitionId(EVIL),),
    )  # fmt: skip
    with ours.ledger.write() as ledger:
        ledger.incidents.save(incident)

    for address in ("/incidents", f"/incidents/{incident.id}"):
        refuse_markup(shown(client, address))


def test_nothing_wrong_is_said_with_how_people_would_hear_of_it(client: TestClient, ours: House) -> None:
    with ours.ledger.write() as ledger:
        ledger.incidents.save(
            replace(ledger_rows.INCIDENT, resolved_at=ours.clock.now(), resolution="run 9 passed")
        )

    assert "Nothing is wrong" in shown(client, "/incidents")
    assert "run 9 passed" in shown(client, "/incidents?state=any")
