from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW, a_run, a_schedule
from builders_of_incidents import an_incident
from houses import a_house, apply
from inspect_pipelines.domain.alerting import Silence
from inspect_pipelines.domain.ids import DefinitionId, IncidentId
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.incidents import find_incident, list_incidents, show_incident, subject_of
from inspect_pipelines.queries.json_shape import to_json

ONE = IncidentId("01a20659-e610-7be5-87e4-2e576522d055")
TWO = IncidentId("01a20659-e7aa-7be5-87e4-2e576522d055")


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_schedule())
    with house.ledger.write() as ledger:
        ledger.runs.request(a_run())
        for name, at in ((ONE, NOW - timedelta(hours=2)), (TWO, NOW - timedelta(hours=1))):
            ledger.incidents.save(an_incident(id=name, opened_at=at))
        ledger.incidents.add_run(an_incident(id=ONE), a_run().id)
    return house


def silence(house: House, number: int, hours: int, **subject: object) -> None:
    with house.ledger.write() as ledger:
        until = NOW + timedelta(hours=hours)
        ledger.silences.add(
            Silence(f"s{number}", house.org_id, "known", "user:ada", NOW, until, **subject)  # type: ignore[arg-type]
        )


@pytest.mark.parametrize("text", [ONE, ONE[:13], f" {ONE[:12].upper()} ", a_run().id])
def test_an_incident_is_found_by_its_id_its_beginning_or_a_run_that_failed_by_it(
    house: House, text: str
) -> None:
    assert find_incident(house, text).id == ONE


@pytest.mark.parametrize(
    ("text", "error", "sentence"),
    [
        ("01a20659-e", Refused, "several begin so"),
        ("01a2", UsageError, "too short to mean one: type at least 6 characters"),
        ("ffffffff", NotFound, "does not exist; list them with"),
        (f"{ONE[:-1]}x", NotFound, rf"does not exist \(did you mean '{ONE}'\?\); list them with"),
        ("%", NotFound, "does not exist"),
    ],
)
def test_what_means_no_single_incident_is_told_with_what_to_do(
    house: House, text: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        find_incident(house, text)


def test_a_silence_of_its_definition_is_one_of_the_incident(house: House) -> None:
    silence(house, 1, 2, incident_id=ONE)
    silence(house, 2, 5, definition_id=DefinitionId("nightly-shop"))
    silence(house, 3, 9, definition_id=DefinitionId("other"))

    two, one = list_incidents(house).items

    assert (len(one.silences), one.silenced_until) == (2, NOW + timedelta(hours=5))
    assert (len(two.silences), two.silenced_until) == (1, NOW + timedelta(hours=5))


def test_one_that_is_over_is_silenced_no_more(house: House) -> None:
    with house.ledger.write() as ledger:
        ledger.incidents.save(an_incident(id=ONE, resolved_at=NOW, resolution="accepted by ada"))
    silence(house, 1, 2, incident_id=ONE)

    assert not show_incident(house, ONE).summary.is_silenced


def test_pages_go_on_where_the_last_one_ended(house: House) -> None:
    first = list_incidents(house, limit=1)
    second = list_incidents(house, limit=1, cursor=first.next_cursor)

    assert [one.incident.id for one in (*first.items, *second.items)] == [TWO, ONE]
    assert second.next_cursor is None


def test_everything_about_one_is_its_fields_and_what_belongs_to_it(house: House) -> None:
    written = to_json(show_incident(house, ONE))

    assert (written["id"], written["state"], written["silenced_until"]) == (ONE, "open", None)
    assert (written["run_ids"], written["notifications"]) == ([a_run().id], [])


def test_a_definition_is_a_subject_before_an_incident(house: House) -> None:
    assert subject_of(house, "nightly-shop") == (None, "nightly-shop")
    assert subject_of(house, ONE[:13]) == (ONE, None)
