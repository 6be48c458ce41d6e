"""Members, tokens, the audit and operations, through the application."""

from __future__ import annotations

import pytest

import ledger_rows
from houses import of_another
from inspect_pipelines.domain.access import Permission, Role
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.ports.house import House
from people import a_token, bearer
from recording_engine import RecordingEngine
from web_app import TestClient, a_client

V1 = "/api/v1"
RUN_NOW = f"{V1}/schedules/{ledger_rows.NIGHTLY.id}/run-now"


@pytest.fixture
def client(ours: House) -> TestClient:
    return a_client(ours, engine=RecordingEngine)


def test_a_member_is_made_gets_another_role_and_is_let_go(client: TestClient) -> None:
    made = client.post(f"{V1}/members", json={"login": "eve", "role": "viewer"})
    changed = client.post(f"{V1}/members", json={"login": "eve", "role": "reviewer"})
    listed = client.get(f"{V1}/members").json()["items"]
    gone = client.post(f"{V1}/members/eve/remove")

    assert (made.json()["role"], changed.json()["role"]) == ("viewer", "reviewer")
    assert [(one["login"], one["role"]) for one in listed] == [("ada", "admin"), ("eve", "reviewer")]
    assert gone.json()["login"] == "eve"
    assert client.post(f"{V1}/members/eve/remove").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"login": "Eve", "role": "viewer"}, 400),
        ({"login": "eve", "role": "king"}, 400),
        ({"login": "eve"}, 400),
        ({"login": "../x", "role": "viewer"}, 400),
        ({"login": "ada", "role": "viewer"}, 409),  # the last administrator
    ],
)
def test_what_makes_no_member_changes_nothing(client: TestClient, body: dict[str, str], status: int) -> None:
    answer = client.post(f"{V1}/members", json=body)

    assert answer.status_code == status
    assert [one["login"] for one in client.get(f"{V1}/members").json()["items"]] == ["ada"]


def test_a_token_is_created_used_and_taken_back(client: TestClient) -> None:
    wish = {"login": "ada", "name": "deploys", "scopes": ["runs:read"]}

    created = client.post(f"{V1}/tokens", json=wish).json()
    header = {"Authorization": f"Bearer {created['text']}"}
    used, beyond = client.get(f"{V1}/runs", headers=header), client.get(f"{V1}/events", headers=header)
    revoked = client.post(f"{V1}/tokens/{created['id']}/revoke").json()

    assert created["text"].startswith("insp_pat_")
    assert (used.status_code, beyond.status_code) == (200, 403)
    assert (created["state"], revoked["state"]) == ("active", "revoked")
    assert client.get(f"{V1}/runs", headers=header).status_code == 401
    assert "text" not in client.get(f"{V1}/tokens").text


def test_the_text_of_a_token_is_kept_under_no_key(client: TestClient, ours: House) -> None:
    """Answers are kept for a day to be given again; this one would have lain in the ledger to be read."""
    wish = {"login": "ada", "name": "deploys"}

    first, second = (
        client.post(f"{V1}/tokens", json=wish, headers={"Idempotency-Key": "k9"}).json() for _ in range(2)
    )

    assert first["text"] != second["text"]
    with ours.ledger.read() as ledger:
        assert ledger.kept_answers.find("local", "k9") is None


def test_a_narrow_token_cannot_make_itself_a_wider_one(client: TestClient, ours: House) -> None:
    narrow = bearer(a_token(ours, scopes=[Permission.ACCESS_ADMIN, Permission.RUNS_READ]))

    wider = client.post(
        f"{V1}/tokens", json={"login": "ada", "name": "x", "scopes": ["events:read"]}, headers=narrow
    )
    same = client.post(f"{V1}/tokens", json={"login": "ada", "name": "x"}, headers=narrow)

    assert wider.status_code == 409
    assert "whoever creates it has only access:admin, runs:read" in wider.json()["detail"]
    assert same.json()["scopes"] == ["access:admin", "runs:read"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.REVIEWER])
@pytest.mark.parametrize("address", ["members", "tokens", "audit"])
def test_who_may_do_what_is_for_administrators(
    client: TestClient, ours: House, role: Role, address: str
) -> None:
    token = bearer(a_token(ours, "somebody", role=role))

    assert client.get(f"{V1}/{address}", headers=token).status_code == 403


def test_a_token_is_revoked_by_its_whole_id_only(client: TestClient) -> None:
    """The command takes a name or the beginning of an id, which a person sees and may take back."""
    answer = client.post(f"{V1}/tokens/{ledger_rows.TOKEN.name}/revoke")

    assert answer.status_code == 404


def test_the_audit_is_a_list_of_pages_newest_first(client: TestClient) -> None:
    for login in ("eve", "bob", "sue"):
        client.post(f"{V1}/members", json={"login": login, "role": "viewer"})

    address, found = f"{V1}/audit?limit=2", []
    while address:
        page = client.get(address).json()
        found += page["items"]
        address = page["next"]

    seqs = [one["seq"] for one in found]
    assert seqs == sorted(seqs, reverse=True)
    assert len(seqs) == len({*seqs}) >= 6
    assert (found[0]["actor"], found[0]["action"], found[0]["subject"]) == ("local", "member.save", "members")


@pytest.mark.parametrize("cursor", ["x", "MjAyNi0xMS0yMlQwNzowMDowMCswMDowMHx4"])
def test_a_cursor_of_another_list_is_refused(client: TestClient, cursor: str) -> None:
    assert client.get(f"{V1}/audit?cursor={cursor}").status_code == 400


def test_what_became_of_a_request_is_told_to_its_sender(client: TestClient, ours: House) -> None:
    sent = client.post(RUN_NOW, json={}, headers={"Idempotency-Key": "release-4"})
    client.post(RUN_NOW, json={"variables": {"nothing": "x"}}, headers={"Idempotency-Key": "wrong"})

    done, refused = (client.get(f"{V1}/operations/{key}").json() for key in ("release-4", "wrong"))
    others = client.get(f"{V1}/operations/release-4", headers=bearer(a_token(ours)))
    acme = OrgId("acme")
    elsewhere = a_client(ours, others=[acme]).get(
        f"{V1}/operations/release-4", headers=bearer(a_token(of_another(ours, acme), "eve"))
    )

    assert (done["state"], done["status"], done["answer"]) == ("done", 202, sent.json())
    assert (refused["state"], refused["status"]) == ("refused", 400)
    assert others.status_code == elsewhere.status_code == 404


def test_a_request_under_way_is_running_and_one_whose_process_died_is_given_up(
    client: TestClient, ours: House
) -> None:
    token = bearer(a_token(ours, ledger_rows.MEMBER.login))
    address = f"{V1}/operations/{ledger_rows.KEPT.key}"

    running = client.get(address, headers=token).json()
    ours.clock.sleep(301)
    given_up = client.get(address, headers=token).json()
    ours.clock.sleep(24 * 3600)

    assert (running["state"], running["status"], given_up["state"]) == ("running", None, "given up")
    assert client.get(address, headers=token).status_code == 404
