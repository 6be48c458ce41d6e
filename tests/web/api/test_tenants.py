"""Nobody sees anything of another organisation, at whatever address; all of them are found by looking at the routes."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

import ledger_rows
from houses import a_house, of_another
from inspect_pipelines.domain.access import ROLES, Permission, Role
from inspect_pipelines.domain.environment_change import id_of
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.access.declaration import Declaration, For, declaration_of, operations
from people import a_token, bearer
from web_app import TestClient, a_client, an_app

ACME = OrgId("acme")
NOWHERE = "01900000-0000-7000-8000-0000000fffff"
STATIC = re.compile(r"/static/[0-9a-f]{16}/")
PARAMETER = re.compile(r"{(\w+)}")
# What each parameter of an address is, of the organisation that has something everywhere.
OURS = {
    "playbook_id": ledger_rows.NIGHTLY.plan.playbooks[0].id,
    "schedule_id": ledger_rows.NIGHTLY.id,
    "trigger_id": ledger_rows.TRIGGER.id,
    "definition_id": ledger_rows.NIGHTLY.id,
    "run_id": ledger_rows.RUNNING.id,
    "set_name": ledger_rows.NIGHTLY.id,
    "baseline_id": ledger_rows.WITH_PICTURES,
    "incident_id": ledger_rows.INCIDENT.id,
    "review_id": ledger_rows.RUNNING.id,
    "event_id": ledger_rows.EVENT.id,
    "notification_id": ledger_rows.SENT.id,
    "number": "1",
    "operation_id": ledger_rows.KEPT.key,
    "other_id": ledger_rows.PENDING.id,
    "side": "overlay",
    "session_id": ledger_rows.AGENT.id,
    "repair_id": ledger_rows.REPAIR.id,
    "environment_id": id_of(ledger_rows.ELSEWHERE.environment),
}
QUERY = {"/api/v1/permissions/explain": "?path=/status"}  # what an address cannot be asked without
OF_ALL = "/dagster"  # it shows all organisations at once, so a member of one sees nothing of it
# whose page has nothing to show of what there is: a run that goes on has no report, and no browser plays for it here; two
# runs share no view; no run that was compared has a picture
NOTHING = {
    "/runs/{run_id}/report": 404,
    "/runs/{run_id}/compare/{other_id}/{side}": 404,
    "/runs/{run_id}/live": 204,
    "/baselines/{set_name}/drift/film": 404,
}


def routes() -> list[tuple[str, Declaration]]:
    """(address, declaration) of each that asks who it is."""
    app = an_app(a_house(Path("/nowhere")))
    found = [(method, path, declaration_of(route)) for method, path, route in operations(app.router.routes)]
    return [
        (path, declared)
        for method, path, declared in found
        if declared is not None
        and declared.whom not in (For.ANYBODY, For.SIGNERS, For.HOLDERS, For.ENTRANTS)
        and method in ("GET", "any")
    ]


ROUTES = routes()
GUARDED = pytest.mark.parametrize(("path", "declared"), ROUTES, ids=[path for path, _ in ROUTES])


@pytest.fixture(scope="module")
def client(filled: House) -> TestClient:
    """From another machine, over HTTPS."""
    return a_client(
        filled,
        others=[ACME],
        is_open=True,
        peer="203.0.113.9",
        url="https://qa.example.com",
        allowed_hosts=["qa.example.com"],
    )


@pytest.fixture(scope="module")
def ours(filled: House) -> dict[str, str]:
    return bearer(a_token(filled, "ada"))


@pytest.fixture(scope="module")
def theirs(filled: House) -> dict[str, str]:
    return bearer(a_token(of_another(filled, ACME), "theirs"))


def address(path: str, ids: dict[str, str]) -> str:
    return PARAMETER.sub(lambda found: ids[found[1]], path) + QUERY.get(path, "")


@GUARDED
def test_ones_own_organisation_is_answered(
    client: TestClient, ours: dict[str, str], sha256: str, path: str, declared: Declaration
) -> None:
    """Otherwise the next tests would ask for what nobody finds, and prove nothing."""
    answer = client.get(address(path, OURS | {"sha256": sha256}), headers=ours)

    assert answer.status_code == (403 if path == OF_ALL else NOTHING.get(path, 200)), answer.text
    if path.startswith("/api/") and '"items"' in answer.text:
        assert answer.json()["items"] or path in EMPTY


def without_hashes(page: str) -> str:
    """The page without what its static files hash to, in which any short id may stand."""
    return STATIC.sub("/static/", page)


EMPTY = ("/api/v1/channels", "/api/v1/sources", "/api/v1/budgets")  # of what organization.yaml says
EMPTY += ("/api/v1/definitions/{definition_id}/noise",)  # nothing ran
EMPTY += ("/api/v1/baseline-sets/{set_name}/variants",)  # each view has one picture


@GUARDED
def test_another_organisation_sees_nothing_and_learns_nothing(
    client: TestClient, theirs: dict[str, str], sha256: str, path: str, declared: Declaration
) -> None:
    ids = OURS | {"sha256": sha256}
    named = [one for key, one in ids.items() if key not in ("number", "side")]

    answer = client.get(address(path, ids), headers=theirs)

    if PARAMETER.search(path):
        nowhere = {**dict.fromkeys(ids, NOWHERE), "number": "1"}
        none = client.get(address(path, nowhere), headers=theirs)
        assert answer.status_code == none.status_code == 404
        told = without_hashes(answer.text)
        for one in sorted(named, key=len, reverse=True):  # one may hold another
            told = told.replace(one, NOWHERE)
        assert told == without_hashes(none.text)
    elif path == OF_ALL:
        assert answer.status_code == 403
    else:
        assert answer.status_code == 200
        assert not [one for one in named if one in without_hashes(answer.text)]


@GUARDED
def test_nobody_is_answered_without_a_token(client: TestClient, path: str, declared: Declaration) -> None:
    assert client.get(address(path, dict.fromkeys([*OURS, "sha256"], NOWHERE))).status_code == 401


@pytest.mark.parametrize(
    ("path", "permission"), [(path, one.permission) for path, one in ROUTES if one.permission is not None]
)
def test_whoever_lacks_the_permission_does_not_learn_whether_there_is_one(
    client: TestClient, filled: House, sha256: str, path: str, permission: Permission
) -> None:
    others = [one for one in Permission if one is not permission]
    token = bearer(
        a_token(filled, "narrow", scopes=others, random=hashlib.sha256(path.encode()).digest()[:16])
    )

    there = client.get(address(path, OURS | {"sha256": sha256}), headers=token)
    nowhere = client.get(address(path, dict.fromkeys([*OURS, "sha256"], NOWHERE)), headers=token)

    assert there.status_code == nowhere.status_code == 403
    assert permission.value in there.text


@pytest.mark.parametrize("role", Role)
def test_every_role_reads_what_the_page_of_permissions_says(
    client: TestClient, filled: House, sha256: str, role: Role
) -> None:
    token = bearer(a_token(filled, role.value, role=role))

    refused = {
        path
        for path, _ in ROUTES
        if client.get(address(path, OURS | {"sha256": sha256}), headers=token).status_code == 403
    }

    assert refused == {
        OF_ALL,
        *(path for path, one in ROUTES if one.permission and one.permission not in ROLES[role]),
    }


def test_equal_bytes_of_another_organisation_give_no_access(filled: House, sha256: str) -> None:
    """The gallery stores them once; who refers to them sees them, and only through that."""
    of_run = f"/api/v1/runs/{ledger_rows.RUNNING.id}/pictures/"
    client = a_client(filled)

    answer = client.get(of_run + sha256)

    assert answer.content == filled.gallery.images[sha256]  # type: ignore[attr-defined]
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "private, max-age=3600"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert client.get(f"/api/v1/runs/{ledger_rows.PENDING.id}/pictures/{sha256}").status_code == 404
    assert client.get(f"{of_run}{'0' * 64}").status_code == 404
    assert client.get(f"{of_run}..%2f..%2fledger.db").status_code == 404


def test_figures_are_those_of_the_askers_organisation(client: TestClient, ours: Any, theirs: Any) -> None:
    assert (
        'inspect_open_runs{organization="default",status="running"} 1.0'
        in client.get("/metrics", headers=ours).text
    )
    assert 'organization="default"' not in client.get("/metrics", headers=theirs).text
