"""A schedule or trigger in the console: shown whole, made and changed by a form, restored, and tried with an event."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

import ledger_rows
from inspect_pipelines.domain.access import Role
from inspect_pipelines.domain.event import EventStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.definitions import show_schedule, trigger_with
from people import a_token, bearer
from pressing import EVIL, FORM, audited, press, refuse_markup, shown
from web_app import TestClient, a_client

NIGHTLY, TRIGGER = ledger_rows.NIGHTLY, ledger_rows.TRIGGER
PLAYBOOK = str(NIGHTLY.plan.playbooks[0].id)
FILLED = {
    "id": "by-form", "name": "Made by form", "cron": "30 2 * * *", "timezone": "Europe/Oslo", "playbook": PLAYBOOK,
    "enabled": "yes", "timeout_minutes": "20", "baseline.first_run": "adopt", "baseline.tolerance": "0.03",
    "notify": "", "description": "", "repo": "", "branch": "", "overlap": "", "baseline.set": "",
}  # fmt: skip


@pytest.fixture
def client(ours: House) -> TestClient:
    return a_client(ours)


def written(house: House, name: str = "by-form") -> Mapping[str, Any]:
    found = show_schedule(house, name)
    assert found is not None
    assert found.definition is not None
    return found.definition


def made(client: TestClient, **changes: str) -> None:
    answer = press(client, "/new/schedule", "make", **{**FILLED, **variables(), **changes})
    assert answer.status_code == 303, answer.text


def variables() -> dict[str, str]:
    """A value for each that the playbook needs."""
    needed = [one for one in NIGHTLY.plan.playbooks[0].variables if one.required]
    return {f"variable.{one.name}": NIGHTLY.plan.variables[one.name] for one in needed}


def test_a_schedule_of_a_file_is_shown_with_its_place_and_not_changed_here(client: TestClient) -> None:
    page = shown(client, f"/schedules/{NIGHTLY.id}")
    edit = shown(client, f"/schedules/{NIGHTLY.id}/edit")
    refused = press(client, f"/schedules/{NIGHTLY.id}/edit", **FILLED)

    assert "<code>schedules.yaml:5</code> says what it is" in page
    assert f'href="/schedules/{NIGHTLY.id}/edit"' not in page
    assert "the shop moves" in page  # it is paused
    assert ">At 02:00" in page
    assert page.count("<li><code>20") == 5  # the next five times
    assert "- id: nightly-shop" in page
    assert '<form class="card"' not in edit
    assert "schedules.yaml:5 says what it is" in edit
    assert refused.status_code == 400
    assert "schedules.yaml:5 says what it is" in refused.text


def test_a_schedule_is_made_by_form_once_and_says_what_was_filled_in(client: TestClient, ours: House) -> None:
    fields = {**FILLED, **variables()}
    answers = [press(client, "/new/schedule", **fields) for _ in range(2)]

    assert {one.headers["location"] for one in answers} == {"/schedules/by-form"}
    document = written(ours)
    assert (document["cron"], document["timezone"], document["timeout_minutes"]) == (
        "30 2 * * *", "Europe/Oslo", 20,
    )  # fmt: skip
    assert document["baseline"] == {"first_run": "adopt", "tolerance": 0.03}
    assert "notify" not in document
    assert audited(ours).count(("schedule.create", "schedules", "console")) == 1
    assert 'href="/schedules/by-form/edit"' in shown(client, "/schedules/by-form")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"cron": "99 2 * * *"}, "minute must be 0-59, found 99"),
        ({"timezone": "Oslo"}, "did you mean &#39;Europe/Oslo&#39;?"),
        ({"notify": "on_failure: ["}, "is never closed"),
        ({"notify": "on_failure: {slak_channel: x}"}, "slak_channel"),
        ({"timeout_minutes": "soon"}, "timeout_minutes"),
        ({"id": str(NIGHTLY.id)}, "is the id of a schedule already"),
        ({"id": EVIL}, "&lt;script&gt;"),
    ],
)
def test_what_is_wrong_stands_above_the_form_which_keeps_what_was_typed(
    client: TestClient, ours: House, changes: dict[str, str], says: str
) -> None:
    answer = press(client, "/new/schedule", **{**FILLED, **variables(), "name": "kept", **changes})

    assert answer.status_code == 400
    assert "Nothing was made" in answer.text
    assert says in answer.text
    assert 'name="name" value="kept"' in answer.text
    assert show_schedule(ours, "by-form") is None
    assert "schedule.create" not in {action for action, _, _ in audited(ours)}


def test_a_schedule_is_changed_and_keeps_what_the_form_has_no_field_for(
    client: TestClient, ours: House
) -> None:
    made(client, notify="alert_after: 2")
    before = shown(client, "/schedules/by-form/edit")

    answer = press(
        client, "/schedules/by-form/edit", "k2",
        **{**FILLED, **variables(), "revision": "1", "cron": "45 2 * * *", "notify": "alert_after: 2"},
    )  # fmt: skip
    page = shown(client, "/schedules/by-form")

    assert "alert_after: 2" in before
    assert answer.headers["location"] == "/schedules/by-form"
    assert written(ours)["cron"] == "45 2 * * *"
    assert "30 2 * * * → 45 2 * * *" in page


def test_nobody_overwrites_what_they_did_not_see(client: TestClient, ours: House) -> None:
    made(client)
    press(
        client,
        "/schedules/by-form/edit",
        "k2",
        **{**FILLED, **variables(), "revision": "1", "name": "theirs"},
    )

    mine = press(
        client, "/schedules/by-form/edit", "k3", **{**FILLED, **variables(), "revision": "1", "name": "mine"}
    )

    assert mine.status_code >= 400
    assert "was changed meanwhile" in mine.text
    assert written(ours)["name"] == "theirs"


def test_an_older_revision_is_restored(client: TestClient, ours: House) -> None:
    made(client)
    press(
        client, "/schedules/by-form/edit", "k2", **{**FILLED, **variables(), "revision": "1", "name": "worse"}
    )

    press(client, "/schedules/by-form/restore", "k3", revision="1")

    assert written(ours)["name"] == "Made by form"
    assert press(client, "/schedules/by-form/restore", "k4", revision="one").status_code == 400


def test_revisions_have_pages_and_each_row_an_edit(client: TestClient, ours: House) -> None:
    made(client)
    for number in range(1, 13):
        press(
            client, "/schedules/by-form/edit", f"k{number}",
            **{**FILLED, **variables(), "revision": str(number), "name": f"name {number}"},
        )  # fmt: skip

    page = shown(client, "/schedules/by-form")
    older = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")

    assert "<strong>13</strong>" in page
    assert "<strong>1</strong>" not in page
    assert "<strong>1</strong>" in shown(client, older)
    assert 'href="/schedules/by-form/edit">Edit</a>' in shown(client, "/")
    assert f'href="/schedules/{NIGHTLY.id}/edit"' not in shown(client, "/")


def test_a_schedule_is_deleted_when_its_id_is_said_once_more(client: TestClient, ours: House) -> None:
    made(client)

    unasked = press(client, "/schedules/by-form/delete", "k2")
    press(client, "/schedules/by-form/delete", "k3", confirm="by-form")

    assert unasked.status_code == 400
    assert show_schedule(ours, "by-form") is None
    assert client.get("/schedules/by-form", headers=FORM).status_code == 404


def test_what_was_deleted_is_listed_and_brought_back(client: TestClient, ours: House) -> None:
    made(client)
    before = shown(client, "/deleted")
    press(client, "/schedules/by-form/delete", "k2", confirm="by-form")
    page = shown(client, "/deleted")
    row = page.partition('id="deleted-by-form"')[2].partition("</tr>")[0]
    (number,) = re.findall(r'name="revision" value="(\d+)"', row)
    told = client.get("/api/v1/deleted-definitions").json()["items"]

    answer = press(client, "/schedules/by-form/restore", "k3", revision=number)

    assert 'id="deleted-by-form"' not in before
    assert 'id="deleted-bygone"' in before
    assert 'id="deleted-by-form"' in page
    assert "Made by form" in page
    assert ("by-form", "Made by form", True) in [
        (one["definition_id"], one["name"], one["is_restorable"]) for one in told
    ]
    assert answer.headers["location"] == "/schedules/by-form"
    assert written(ours)["cron"] == "30 2 * * *"
    assert 'id="deleted-by-form"' not in shown(client, "/deleted")


def test_nothing_is_restored_that_never_was(client: TestClient) -> None:
    answer = press(client, "/schedules/nope/restore", revision="1")

    assert answer.status_code == 404
    assert "there is no revision 1 of a schedule" in answer.text


def test_a_trigger_is_made_by_form(client: TestClient, ours: House) -> None:
    fields = {
        **FILLED,
        **variables(),
        "event": "pull_request.merged",
        "branches": "main, release/*",
        "debounce": "60s",
    }
    del fields["cron"], fields["timezone"]

    answer = press(client, "/new/trigger", **fields)

    assert answer.headers["location"] == "/triggers/by-form"
    found = trigger_with(ours, "by-form")
    assert found is not None
    assert found.definition is not None
    assert found.definition["branches"] == ["main", "release/*"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("cron=30+2+*+*+*&timezone=Europe/Oslo", "02:30 CET"),
        ("cron=30+2+*+*+1-5&timezone=Europe/Oslo", "At 02:30, Monday through Friday"),
        ("cron=61+*+*+*+*&timezone=UTC", "minute must be 0-59, found 61"),
        ("cron=0+6+*+*+*&timezone=Nowhere", "is not an IANA time zone"),
        ("cron=%3Cscript%3Ealert(1)%3C/script%3E&timezone=UTC", "&lt;script&gt;alert(1)"),
    ],
)
def test_the_next_times_are_shown_while_a_cron_is_typed(client: TestClient, query: str, says: str) -> None:
    page = shown(client, f"/new/times?{query}")

    assert says in page
    assert "<html" not in page  # it is a part of the form


def test_a_trigger_is_tried_with_an_event_that_has_come_and_starts_nothing(
    client: TestClient, ours: House
) -> None:
    with ours.ledger.write() as ledger:
        ledger.events.save(replace(ledger_rows.EVENT, status=EventStatus.DECIDED))
        before = len(ledger.runs.latest(limit=100))

    page = shown(client, f"/triggers/{TRIGGER.id}?event={ledger_rows.EVENT.id}")

    assert "It would" in page
    assert f'<option value="{ledger_rows.EVENT.id}" selected>' in page
    with ours.ledger.read() as ledger:
        assert len(ledger.runs.latest(limit=100)) == before


def test_a_trigger_says_what_came_of_its_events(client: TestClient) -> None:
    page = shown(client, f"/triggers/{TRIGGER.id}")

    assert f'href="/events/{ledger_rows.EVENT.id}"' in page
    assert f'href="/runs/{ledger_rows.RUNNING.id}"' in page


def test_whoever_may_not_change_definitions_has_no_form(ours: House) -> None:
    reviewer = {**FORM, **bearer(a_token(ours, "rita", role=Role.REVIEWER))}
    with a_client(ours, is_open=True) as client:
        home = client.get("/", headers=reviewer).text
        answers = [
            client.get("/new/schedule", headers=reviewer),
            press(client, "/new/schedule", headers=reviewer, **FILLED),
        ]

    assert "New schedule" not in home
    assert {one.status_code for one in answers} == {403}
    assert show_schedule(ours, "by-form") is None


def test_what_strangers_wrote_stays_text(client: TestClient, ours: House) -> None:
    made(client, name=EVIL, description=EVIL)

    for address in ("/schedules/by-form", "/schedules/by-form/edit", "/"):
        refuse_markup(shown(client, address))


def test_a_trigger_is_tried_with_a_payload_and_nothing_is_stored(client: TestClient, ours: House) -> None:
    payload = {
        "action": "closed",
        "number": 7,
        "pull_request": {"number": 7, "merged": True, "title": EVIL, "base": {"ref": "elsewhere"}},
        "repository": {"full_name": "acme/shop"},
    }
    with ours.ledger.read() as ledger:
        before = (ledger.events.latest(), ledger.runs.latest(limit=100))

    answer = press(
        client, f"/triggers/{TRIGGER.id}/try",
        source="github-acme", kind="pull_request", paths="src/pay.ts", payload=json.dumps(payload),
    )  # fmt: skip
    odd = press(
        client,
        f"/triggers/{TRIGGER.id}/try",
        "k2",
        source="github-acme",
        kind="pull_request",
        paths="",
        payload="no",
    )

    assert answer.status_code == 200
    assert "pull_request.merged</h1>" in answer.text
    assert "nothing was started or stored" in answer.text
    assert 'role="status"' in answer.text
    assert "<script>alert" not in answer.text
    assert "No trigger would be asked" in odd.text
    with ours.ledger.read() as ledger:
        assert (ledger.events.latest(), ledger.runs.latest(limit=100)) == before
