"""`/me/tokens`: what a person makes for themselves, without whoever administers access."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

import ledger_rows
from inspect_pipelines.domain.access import Permission, Role
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.change_members import add_member
from people import BY, a_token, bearer
from web_app import TestClient, a_client

V1 = "/api/v1"
OWN = f"{V1}/me/tokens"
ACTIVATE = f"{V1}/baselines/{ledger_rows.OLD.id}/activate"


@pytest.fixture
def client(ours: House) -> TestClient:
    return a_client(ours)


def personal(
    house: House, login: str = "grace", *, role: Role = Role.REVIEWER, **changes: Any
) -> dict[str, str]:
    return bearer(a_token(house, login, role=role, is_personal=True, **changes))


def test_a_reviewer_makes_a_token_of_their_own_without_access_admin(client: TestClient, ours: House) -> None:
    """To make one took `access:admin`, which a reviewer far from the machine has no part in."""
    grace = personal(ours)

    refused = client.post(
        f"{V1}/tokens", json={"login": "grace", "name": "x", "is_personal": True}, headers=grace
    )
    made = client.post(OWN, json={"name": "my laptop"}, headers=grace).json()

    assert refused.status_code == 403
    assert (made["login"], made["kind"], made["state"]) == ("grace", "personal", "active")
    assert client.post(ACTIVATE, headers=bearer(made["text"])).status_code == 200
    listed = client.get(OWN, headers=grace)
    assert made["id"] in [one["id"] for one in listed.json()["items"]]
    assert made["text"] not in listed.text


def test_an_own_token_administers_nothing_also_of_an_administrator(client: TestClient, ours: House) -> None:
    root = personal(ours, "root", role=Role.ADMIN)

    made = client.post(OWN, json={"name": "my laptop"}, headers=root).json()
    named = client.post(OWN, json={"name": "x", "scopes": ["access:admin"]}, headers=root)
    shown = bearer(made["text"])

    assert not {"access:admin", "deployment:admin"} & {*made["scopes"]}
    assert {"runs:write", "baseline:finalize"} <= {*made["scopes"]}
    assert client.get(f"{V1}/tokens", headers=shown).status_code == 403
    assert (
        client.post(f"{V1}/members", json={"login": "eve", "role": "admin"}, headers=shown).status_code == 403
    )
    assert named.status_code == 409
    assert "administers nothing" in named.json()["detail"]


def test_an_own_token_is_no_wider_and_no_longer_than_the_one_that_makes_it(
    client: TestClient, ours: House
) -> None:
    """Else a token that leaks a day before its end goes on for a year under another name."""
    narrow = personal(ours, scopes=[Permission.RUNS_READ], days=10)
    end = ours.clock.now() + timedelta(days=10)

    usual = client.post(OWN, json={"name": "usual"}, headers=narrow).json()
    wider = client.post(OWN, json={"name": "x", "scopes": ["runs:write"]}, headers=narrow)
    later = (end + timedelta(seconds=1)).isoformat()
    longer = client.post(OWN, json={"name": "x", "expires_at": later}, headers=narrow)

    assert usual["scopes"] == ["runs:read"]
    assert usual["expires_at"] == end.isoformat().replace("+00:00", "Z")
    assert (wider.status_code, longer.status_code) == (409, 409)
    assert "sign in to create one that does" in longer.json()["detail"]


def test_no_machine_agent_or_local_person_makes_own_tokens(client: TestClient, ours: House) -> None:
    machine, person = bearer(a_token(ours, "ci")), personal(ours)
    agent = {"User-Agent": "agent/claude 4"}

    for headers in (machine, person | agent, agent, {}):
        assert client.post(OWN, json={"name": "x"}, headers=headers).status_code == 403
        assert (
            client.post(f"{OWN}/{ledger_rows.TOKEN.id}/revoke", json={}, headers=headers).status_code == 404
        )


def test_a_machine_sees_and_ends_the_token_that_it_shows(client: TestClient, ours: House) -> None:
    a_token(ours, "ci", random=b"another token...")
    machine = a_token(ours, "ci")

    listed = [one["id"] for one in client.get(OWN, headers=bearer(machine)).json()["items"]]
    ended = client.post(f"{OWN}/{machine.token.id}/revoke", json={}, headers=bearer(machine))

    assert listed == [machine.token.id]
    assert (ended.status_code, client.get(OWN).json()["items"]) == (200, [])
    assert client.get(OWN, headers=bearer(machine)).status_code == 401


def test_only_ones_own_are_listed_and_taken_back(client: TestClient, ours: House) -> None:
    grace, theirs = personal(ours), a_token(ours, "ada", random=b"another token...").token.id
    machine = a_token(ours, "grace", role=Role.REVIEWER, random=b"a third token...")

    listed = [one["id"] for one in client.get(OWN, headers=grace).json()["items"]]
    foreign = client.post(f"{OWN}/{theirs}/revoke", json={}, headers=grace)
    nowhere = client.post(f"{OWN}/nope/revoke", json={}, headers=grace)
    done = client.post(f"{OWN}/{machine.token.id}/revoke", json={}, headers=grace)

    assert theirs not in listed
    assert machine.token.id in listed
    assert (foreign.status_code, nowhere.status_code) == (404, 404)
    assert foreign.json()["detail"].replace(theirs, "nope") == nowhere.json()["detail"]
    assert done.json()["state"] == "revoked"
    assert client.get(f"{V1}/me", headers=bearer(machine)).status_code == 401


def test_what_a_removed_member_made_for_themselves_opens_nothing(client: TestClient, ours: House) -> None:
    made = client.post(OWN, json={"name": "x"}, headers=personal(ours)).json()
    add_member(ours, "grace", Role.VIEWER, by=BY)

    narrowed = client.post(ACTIVATE, headers=bearer(made["text"]))
    assert client.post(f"{V1}/members/grace/remove", json={}).status_code == 200

    assert narrowed.status_code == 403
    assert client.get(f"{V1}/me", headers=bearer(made["text"])).status_code == 401
