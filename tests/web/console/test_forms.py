"""What buttons do: once, by pages of ours only, told in the audit."""

from __future__ import annotations

import pytest

import ledger_rows
from inspect_pipelines.domain.decision import Decision
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.reviews import review_with
from pressing import FORM, audited, press
from recording_engine import RecordingEngine
from web_app import TestClient, a_client

RUN_NOW = f"/schedules/{ledger_rows.NIGHTLY.id}/run-now"
DECIDE = f"/runs/{ledger_rows.RUNNING.id}/decisions"


@pytest.fixture
def engine() -> RecordingEngine:
    return RecordingEngine()


@pytest.fixture
def client(ours: House, engine: RecordingEngine) -> TestClient:
    return a_client(ours, engine=lambda: engine)


def decisions(house: House) -> tuple[Decision, ...]:
    found = review_with(house, ledger_rows.RUNNING.id)
    assert found is not None
    return found.decisions


def test_run_now_starts_one_run_however_often_it_is_pressed(
    client: TestClient, ours: House, engine: RecordingEngine
) -> None:
    first, again = (press(client, RUN_NOW) for _ in range(2))

    assert first.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    assert first.headers["location"].startswith("/runs/")
    assert len(engine.launches) == 1
    assert audited(ours).count(("schedule.run", ledger_rows.NIGHTLY.id, "console")) == 1


def test_a_form_that_is_shown_again_starts_another_run(client: TestClient, engine: RecordingEngine) -> None:
    press(client, RUN_NOW, "k1")
    press(client, RUN_NOW, "k2")

    assert len(engine.launches) == 2


def test_a_definition_is_switched_off_and_on(client: TestClient, ours: House) -> None:
    def is_enabled() -> bool:
        with ours.ledger.read() as ledger:
            found = ledger.definitions.find(ledger_rows.NIGHTLY.id)
        assert found is not None
        return found.enabled

    off = press(client, f"/schedules/{ledger_rows.NIGHTLY.id}/disable", "k1")
    was = is_enabled()
    press(client, f"/schedules/{ledger_rows.NIGHTLY.id}/enable", "k2")

    assert off.headers["location"] == f"/#schedule-{ledger_rows.NIGHTLY.id}"
    assert (was, is_enabled()) == (False, True)


def test_a_run_is_cancelled_and_run_again(client: TestClient, ours: House, engine: RecordingEngine) -> None:
    cancelled = press(client, f"/runs/{ledger_rows.PENDING.id}/cancel", "k1")
    again = press(client, f"/runs/{ledger_rows.PENDING.id}/retry", "k2")

    assert cancelled.headers["location"] == f"/runs/{ledger_rows.PENDING.id}"
    with ours.ledger.read() as ledger:
        run = ledger.runs.find(ledger_rows.PENDING.id)
        retried = ledger.runs.find(RunId(again.headers["location"].removeprefix("/runs/")))
    assert run is not None
    assert retried is not None
    assert run.status.value == "cancelled"
    assert retried.retry_of == ledger_rows.PENDING.id


def test_what_differs_is_accepted_and_waits_no_more(client: TestClient, ours: House) -> None:
    waits = client.get("/inbox", headers=FORM).text

    answer = press(client, DECIDE, decision="accept", view="shop/home@desktop", note="the new header")

    assert "1 changed view<" in waits
    assert answer.headers["location"] == "/inbox?said=accept"
    (decision,) = [one for one in decisions(ours) if one.note == "the new header"]
    assert (decision.kind.value, decision.via) == ("accept", "console")
    shown = client.get("/inbox?said=accept", headers=FORM).text
    assert "Accepted; nothing of that run waits any more" in shown
    assert "1 changed view<" not in shown


def test_an_agent_accepts_nothing_in_the_console(client: TestClient, ours: House) -> None:
    before = decisions(ours)

    answer = press(client, DECIDE, headers=FORM | {"User-Agent": "agent/claude 4"}, decision="accept")

    assert answer.status_code == 403
    assert "an agent may not decide for a person" in answer.text.replace("&#39;", "'")
    assert decisions(ours) == before


def test_what_cannot_be_said_is_a_page_and_changes_nothing(client: TestClient, ours: House) -> None:
    before = decisions(ours)

    answer = press(client, DECIDE, decision="reject")
    odd = press(client, DECIDE, "k2", decision="shrug")

    assert (answer.status_code, odd.status_code) == (400, 400)
    assert "note" in answer.text
    assert "press accept or reject" in odd.text
    assert decisions(ours) == before


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Origin": "https://127.0.0.1:8460.evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content-Type": "text/plain"}, 400),
        ({"Content-Type": "application/json"}, 400),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 400),
    ],
)
def test_a_page_elsewhere_presses_no_button(
    client: TestClient, engine: RecordingEngine, headers: dict[str, str], status: int
) -> None:
    answer = client.post(RUN_NOW, content=b"key=k", headers={**FORM, **headers}, follow_redirects=False)

    assert answer.status_code == status, answer.text
    assert len(engine.launches) == (status == 303)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "without its key"),
        (b"key=k&key=l", "is there 2 times"),
        (b"key=" + b"k" * 300_000, "bytes at most"),
        (b"key=k" + b"&a=b" * 3_000, "cannot be read"),
        (b"key=%ff", "cannot be read"),
        (b"key=k&note=a%00b", "which no database keeps"),
    ],
)
def test_a_form_that_none_of_our_pages_sends_is_refused(
    client: TestClient, engine: RecordingEngine, body: bytes, says: str
) -> None:
    answer = client.post(RUN_NOW, content=body, headers=FORM, follow_redirects=False)

    assert answer.status_code == 400
    assert says in answer.text
    assert engine.launches == []


def test_an_unknown_definition_or_run_is_404(client: TestClient) -> None:
    for path in (
        "/schedules/nope/run-now",
        "/triggers/nope/disable",
        "/runs/nope/cancel",
        "/runs/nope/decisions",
    ):
        assert press(client, path, path.replace("/", "-"), decision="accept").status_code == 404


def test_pages_let_browsers_say_where_their_forms_come_from(client: TestClient) -> None:
    """With `no-referrer`, which everything else here has, a browser sends `Origin: null` with each form."""
    assert client.get("/", headers=FORM).headers["referrer-policy"] == "same-origin"


def test_a_header_that_decides_is_said_once(client: TestClient, engine: RecordingEngine) -> None:
    twice = [*FORM.items(), ("Origin", "https://evil.example")]

    answer = client.post(RUN_NOW, content=b"key=k", headers=twice)

    assert answer.status_code == 400
    assert "the header origin is there more than once" in answer.text
    assert engine.launches == []
