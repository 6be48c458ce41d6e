"""Every route says whom it is for, and everything that tells of it says the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI

from houses import a_house
from inspect_pipelines.cli.serve import application
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.access import ROLES, Permission, Role
from inspect_pipelines.web.access.declaration import For, declaration_of, operations
from inspect_pipelines.web.access.page import permissions_page
from inspect_pipelines.web.api.problem import PREFIX
from web_app import TestClient, a_client

PAGE = Path(__file__).parents[3] / "docs/permissions.md"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The whole application of the web process, not started."""
    return application(Settings(home=tmp_path_factory.mktemp("home")), "127.0.0.1", 8460)


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return a_client(a_house(tmp_path))


def test_every_route_says_whom_it_is_for(app: FastAPI) -> None:
    silent = [
        f"{method} {path}"
        for method, path, route in operations(app.router.routes)
        if declaration_of(route) is None
    ]

    assert not silent, "write @is_for(..) at its endpoint, or make it with Routes"


def test_every_route_of_the_api_asks_who_it_is(app: FastAPI) -> None:
    for method, path, route in operations(app.router.routes):
        if path.startswith(PREFIX):
            declared = declaration_of(route)
            assert declared is not None
            assert declared.whom in (For.PROVERS, For.ENTRANTS, For.KNOWN, For.PERMITTED), f"{method} {path}"


def test_the_page_of_permissions_is_up_to_date(app: FastAPI) -> None:
    assert PAGE.read_text(encoding="utf-8") == permissions_page(app.router.routes), (
        "python docs/permissions.py"
    )


def test_every_permission_is_asked_for_by_some_route(app: FastAPI) -> None:
    asked = {
        permission
        for _, _, route in operations(app.router.routes)
        if (declared := declaration_of(route))
        for permission in (declared.permission, *declared.further)
    }

    assert asked - {None} == set(Permission)


def test_openapi_says_the_same(app: FastAPI) -> None:
    document = TestClient(app, base_url="http://127.0.0.1").get("/openapi.json").json()

    for method, path, route in operations(app.router.routes):
        declared = declaration_of(route)
        if declared and path.startswith(PREFIX):
            scopes = [declared.permission.value] if declared.permission else []
            is_open = declared.whom in (For.PROVERS, For.ENTRANTS)
            wanted = [] if is_open else [{"token": scopes}, {"signIn": scopes}]
            assert document["paths"][path][method.lower()]["security"] == wanted


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("path", ["/status", "/runs/1", "/health", "/openapi.json"])
def test_what_is_explained_of_a_role_is_what_it_may(client: TestClient, role: Role, path: str) -> None:
    told = client.get("/api/v1/permissions/explain", params={"path": path, "role": role.value}).json()

    wanted = told["permission"]
    assert told["is_allowed"] == (wanted is None or Permission(wanted) in ROLES[role])
    assert told["because"]


def test_a_scope_that_is_left_out_is_named(client: TestClient) -> None:
    asked = {"path": "/runs/1/report", "role": "admin", "scope": ["runs:read", "events:read"]}

    told = client.get("/api/v1/permissions/explain", params=asked).json()

    assert told["path"] == "/runs/{run_id}/report"
    assert not told["is_allowed"]
    assert told["because"] == "the token's scopes leave 'pictures:read' out"


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ({"path": "/nowhere"}, 404, "there is nothing at GET '/nowhere'"),
        ({"path": "/status", "method": "POST"}, 404, "POST"),
        ({}, 400, "query path: field required"),
        ({"path": "/status", "role": "king"}, 400, "query role"),
        ({"path": "/status", "scoop": "x"}, 400, "query scoop: is not known (did you mean 'scope'?)"),
        ({"path": ["/status", "/health"]}, 400, "query path: is there more than once"),
    ],
)
def test_what_cannot_be_explained_is_a_problem(
    client: TestClient, asked: dict[str, str], status: int, says: str
) -> None:
    answer = client.get("/api/v1/permissions/explain", params=asked)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


def test_an_address_below_api_that_is_none_is_a_problem(client: TestClient) -> None:
    nothing, method = client.get("/api/v1/nothing"), client.delete("/api/v1/permissions/explain")

    assert (nothing.status_code, nothing.json()["type"]) == (404, "urn:inspect-pipelines:problem:not-found")
    assert (method.status_code, method.json()["type"]) == (
        405,
        "urn:inspect-pipelines:problem:method-not-allowed",
    )
    assert method.headers["allow"] == "GET"


def test_a_method_that_an_address_lacks_is_answered_with_all_that_it_has(client: TestClient) -> None:
    """`Allow` named the methods of one of its routes: GET of an address that also takes PUT and DELETE."""
    answer = client.options("/api/v1/schedules/nightly")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "DELETE, GET, PUT"
    assert client.options("/api/v1/triggers/test").headers["allow"] == "POST"  # and no trigger called so
