"""The inbox and a word about it, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import ledger_rows
from builders import a_sha
from history_builders import a_comparison
from inspect_pipelines.domain.access import Permission, Role
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.ports.house import House
from people import a_token, bearer
from web_app import TestClient, a_client

V1 = "/api/v1"
REVIEW = f"{V1}/reviews/{ledger_rows.RUNNING.id}"
HOME = "shop/home@desktop"
QUARANTINE = {
    "decision": "quarantine",
    "views": [HOME],
    "note": "it flickers",
    "owner": "bob",
    "until": "2026-12-10T00:00:00Z",
}


@pytest.fixture
def client(ours: House) -> TestClient:
    return a_client(ours)


def token(house: House, *scopes: Permission) -> dict[str, str]:
    return bearer(a_token(house, "ci", scopes=scopes))


def say(client: TestClient, body: dict[str, Any], **headers: str) -> Any:
    return client.post(f"{REVIEW}/decisions", json=body, headers={"Idempotency-Key": "k", **headers})


def states(client: TestClient, query: str = "") -> list[str]:
    """Of runs that wait by what they show; one waits by its environment alone."""
    return [one["state"] for one in client.get(f"{V1}/reviews?single=true{query}").json()["items"]]


def test_the_inbox_holds_what_waits_and_lets_go_of_what_is_decided(client: TestClient) -> None:
    (waiting,) = client.get(f"{V1}/reviews?state=waiting&single=true").json()["items"]
    assert (waiting["run_id"], waiting["changed_views"]) == (ledger_rows.RUNNING.id, [HOME])

    answer = say(client, {"decision": "accept", "note": "the new header"})

    (decision,) = answer.json()["items"]
    assert (decision["kind"], decision["by"], decision["via"]) == ("accept", "local", "api")
    assert (states(client, "&state=waiting"), states(client)) == ([], ["decided"])
    shown = client.get(REVIEW).json()
    assert (shown["waiting_views"], shown["comparisons"][0]["said"]["decision_id"]) == ([], decision["id"])


def test_the_same_key_says_it_once(client: TestClient) -> None:
    first, again = (say(client, {"decision": "accept"}) for _ in range(2))

    assert first.json() == again.json()
    assert client.post(f"{REVIEW}/decisions", json={"decision": "accept"}).status_code == 400


def test_a_machine_proposes_and_quarantines_and_says_who_it_is(client: TestClient, ours: House) -> None:
    machine = token(ours, Permission.REVIEW_PROPOSE)

    refused = say(client, {"decision": "accept"}, **machine)
    agent = {"Idempotency-Key": "p", "User-Agent": "agent/claude 4"}
    proposed = say(client, {"decision": "accept", "is_proposal": True}, **machine, **agent)
    quarantined = say(client, QUARANTINE, **machine, **{"Idempotency-Key": "q"})

    assert (refused.status_code, proposed.status_code, quarantined.status_code) == (403, 200, 200)
    assert "review:decide" in refused.json()["detail"]
    (one,) = proposed.json()["items"]
    assert (one["is_proposal"], one["via"]) == (True, "agent claude")


def test_a_token_finalises_only_where_the_organisation_says_so(client: TestClient, ours: House) -> None:
    reviewer = token(ours, *Permission)
    activate = f"{V1}/baselines/{ledger_rows.OLD.id}/activate"

    refused = client.post(activate, headers=reviewer)
    with ours.ledger.write() as ledger:
        ledger.organizations.save(Organization(ours.org_id, machines_finalize=True), at=ours.clock.now())
    done = client.post(activate, headers=reviewer)

    assert (refused.status_code, done.status_code) == (403, 200)
    assert "reviews: {finalize: anybody}" in refused.json()["detail"]
    assert done.json()["is_active"]


OLD = f"{V1}/baselines/{ledger_rows.OLD.id}"
DEEDS = [
    ("POST", f"{OLD}/activate"),
    ("POST", f"{OLD}/restore"),
    ("DELETE", f"{OLD}?confirm={ledger_rows.OLD.id}"),
    ("POST", f"{V1}/runs/{ledger_rows.RUNNING.id}/baseline"),
]


@pytest.mark.parametrize(("method", "address"), DEEDS)
def test_a_person_finalises_by_their_own_token_and_no_machine_or_agent_does(
    client: TestClient, ours: House, method: str, address: str
) -> None:
    """A reviewer far from the machine could not finalise; any token with the right could delete baselines."""
    person = bearer(a_token(ours, "grace", role=Role.REVIEWER, is_personal=True))
    machine = bearer(a_token(ours, "grace", role=Role.REVIEWER, random=b"another token..."))
    agent = {"User-Agent": "agent/claude 4"}

    def asked(**headers: str) -> int:
        body = {"force": True} if address.endswith("/baseline") else None
        key = {"Idempotency-Key": ours.clock.new_id()}
        return int(client.request(method, address, json=body, headers=key | headers).status_code)

    refused = [asked(**machine), asked(**person, **agent), asked(**agent)]
    allowed = asked(**person)

    assert refused == [403, 403, 403]
    assert allowed in (200, 409)  # of a run that plays nothing becomes a baseline


def test_a_personal_token_is_made_over_the_api_by_a_person_only(client: TestClient, ours: House) -> None:
    machine = bearer(a_token(ours, "root"))
    wish = {"login": "root", "name": "laptop", "is_personal": True}

    made = client.post(f"{V1}/tokens", json=wish)
    refused = client.post(f"{V1}/tokens", json=wish, headers=machine)

    assert (made.status_code, made.json()["kind"]) == (200, "personal")
    assert refused.status_code == 403
    assert "a machine creates machines' tokens only" in refused.json()["detail"]


def test_a_word_that_comes_too_late_is_told_of_the_newer_run(client: TestClient, ours: House) -> None:
    newer = ledger_rows.RETRY.id
    with ours.ledger.write() as ledger:
        ledger.review_queue.supersede(ledger_rows.NIGHTLY.id, "", by=newer)
        ledger.evidence.save_comparisons(newer, [a_comparison(new_sha256=a_sha("e"))])

    answer = say(client, {"decision": "accept"})

    assert answer.status_code == 409
    assert answer.json()["newer"].endswith(f"/api/v1/runs/{newer}")
    assert client.get(answer.json()["newer"]).status_code == 200


def test_a_word_is_taken_back_under_its_own_review_only(client: TestClient) -> None:
    (decision,) = say(client, {"decision": "ignore"}).json()["items"]
    withdrawing = f"decisions/{decision['id']}/withdraw"

    elsewhere = client.post(f"{V1}/reviews/{ledger_rows.PENDING.id}/{withdrawing}")
    done = client.post(f"{REVIEW}/{withdrawing}")

    assert (elsewhere.status_code, done.status_code) == (404, 200)
    assert done.json()["withdrawn_by"] == "local"
    assert states(client) == ["waiting"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "decision"),
        ({"decision": "bless"}, "decision"),
        ({"decision": "accept", "views": ["home"]}, "is no view"),
        ({"decision": "accept", "views": [1]}, "views"),
        ({"decision": "accept", "view": []}, "view"),
        ({"decision": "reject"}, "needs a note"),
        ({**QUARANTINE, "until": "2027-01-10T00:00:00Z"}, "within 30 days"),
        ({**QUARANTINE, "owner": ""}, "an owner"),
        ({"decision": "ignore", "finalize": True}, "only what is accepted"),
    ],
)
def test_a_wish_that_is_not_as_documented_is_refused(client: TestClient, body: Any, says: str) -> None:
    answer = say(client, body)

    assert answer.status_code == 400, answer.text
    assert says in answer.text
    assert states(client) == ["waiting"]


def test_reviews_come_in_pages(client: TestClient, ours: House) -> None:
    with ours.ledger.write() as ledger:
        ledger.review_queue.open(replace(ledger_rows.REVIEW, run_id=ledger_rows.RETRY.id))

    first = client.get(f"{V1}/reviews?limit=1").json()
    second = client.get(first["next"]).json()

    assert [one["items"][0]["run_id"] for one in (first, second)] == [
        ledger_rows.RETRY.id,
        ledger_rows.RUNNING.id,
    ]
    assert second["next"] is None


def test_a_baseline_is_deleted_when_it_is_confirmed_and_restored(client: TestClient) -> None:
    old = f"{V1}/baselines/{ledger_rows.OLD.id}"

    unconfirmed, done = client.delete(old), client.delete(f"{old}?confirm={ledger_rows.OLD.id}")

    assert (unconfirmed.status_code, done.status_code) == (409, 200)
    assert f"?confirm={ledger_rows.OLD.id}" in unconfirmed.json()["detail"]
    assert done.json()["deleted_at"]
    assert client.get(old).json()["deleted_at"], "it is kept"

    def known(query: str = "") -> set[str]:
        return {one["id"] for one in client.get(f"{V1}/baselines{query}").json()["items"]}

    assert known("?with_deleted=true") - known() == {ledger_rows.OLD.id}
    assert client.post(f"{old}/restore").json()["deleted_at"] is None
    assert ledger_rows.OLD.id in known()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"decision": "accept"}, 200),
        ({"decision": "accept", "finalize": True}, 403),
        ({"decision": "reject", "note": "x"}, 409),  # of a run that still goes on nobody says that
        ({"decision": "ignore"}, 200),
    ],
    ids=str,
)
def test_an_agent_decides_only_by_a_token_that_was_given_the_right(
    client: TestClient, ours: House, body: dict[str, Any], status: int
) -> None:
    """On loopback, or with a person's own token, `User-Agent: agent/x` accepted pictures like the person."""
    person = bearer(a_token(ours, "grace", role=Role.REVIEWER, is_personal=True))
    agent = {"User-Agent": "agent/claude 4"}
    given = token(ours, Permission.REVIEW_PROPOSE, Permission.REVIEW_DECIDE)

    before = client.get(REVIEW).json()["decisions"]

    local = say(client, body, **agent, **{"Idempotency-Key": "a"})
    lent = say(client, body, **person, **agent, **{"Idempotency-Key": "b"})
    after = client.get(REVIEW).json()["decisions"]
    own = say(client, body, **given, **agent, **{"Idempotency-Key": "c"})

    assert (local.status_code, lent.status_code) == (403, 403)
    assert after == before
    assert "an agent may not decide for a person" in local.json()["detail"]
    assert own.status_code == status


def test_an_agent_takes_back_what_it_proposed_and_no_persons_word(client: TestClient, ours: House) -> None:
    agent = {"User-Agent": "agent/claude 4"}
    proposal = say(client, {"decision": "accept", "is_proposal": True}, **agent).json()["items"][0]
    word = say(client, {"decision": "accept"}, **{"Idempotency-Key": "w"}).json()["items"][0]

    def taken_back(one: dict[str, Any]) -> int:
        return client.post(f"{V1}/decisions/{one['id']}/withdraw", headers=agent).status_code

    assert (taken_back(proposal), taken_back(word)) == (200, 403)
