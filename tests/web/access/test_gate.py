"""Who is let in: by address, by token, and by what the route says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from houses import a_house, of_another
from inspect_pipelines.domain.access import Permission, Role, token_text
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.access import list_tokens
from inspect_pipelines.usecases.access.change_members import add_member
from people import BY, a_token, bearer
from web_app import TestClient, a_client

ACME = OrgId("acme")
EXPLAIN = "/api/v1/permissions/explain?path=/status"
HTTPS = "https://inspect.acme.example"
OPEN: dict[str, Any] = {
    "is_open": True,
    "peer": "203.0.113.9",
    "url": HTTPS,
    "allowed_hosts": ["inspect.acme.example"],
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path)
    house.ledgers.migrate()
    yield house
    house.ledgers.close()


@pytest.fixture
def client(house: House) -> TestClient:
    return a_client(house, allowed_hosts=["127.0.0.1", "localhost", "qa.acme.example"])


@pytest.fixture
def from_outside(house: House) -> TestClient:
    """Through a proxy with TLS, to an address that other machines reach."""
    return a_client(house, **OPEN)


def test_whoever_sits_at_this_machine_has_every_right(client: TestClient) -> None:
    answer = client.get("/api/v1/permissions/explain?path=/dagster/runs&method=GET")

    assert answer.status_code == 200
    assert answer.json()["asker"] == "local"
    assert answer.json()["is_allowed"]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
        {"X-Real-IP": "203.0.113.9"},
        {"Via": "1.1 proxy"},
        {"Host": "qa.acme.example"},
        # nginx, told to set only what a token asks for, names 127.0.0.1 as the host that it asks
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-Host": "qa.acme.example"},
        {"X-Forwarded-Port": "443"},
        {"X-Forwarded-Server": "proxy"},
        {"X-Client-IP": "203.0.113.9"},
        {"X-Cluster-Client-IP": "203.0.113.9"},
        {"True-Client-IP": "203.0.113.9"},
        {"CF-Connecting-IP": "203.0.113.9"},
        {"Fly-Client-IP": "203.0.113.9"},
        {"X-Envoy-External-Address": "203.0.113.9"},
        {"CDN-Loop": "cloudflare"},
    ],
)
def test_what_a_proxy_of_this_machine_brings_is_not_local(
    client: TestClient, headers: dict[str, str]
) -> None:
    answer = client.get(EXPLAIN, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:inspect-pipelines:problem:unauthenticated"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 403),
    ],
)
def test_a_page_elsewhere_does_not_use_the_rights_of_this_machine(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    assert client.get(EXPLAIN, headers=headers).status_code == status


@pytest.mark.parametrize(
    "shown",
    [
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        f"Bearer {token_text(b'x' * 16)}",
        f"Basic {token_text(b'x' * 16)}",
        token_text(b"x" * 16),
        "",
    ],
)
def test_a_bad_token_is_never_anonymous(client: TestClient, shown: str) -> None:
    answer = client.get(EXPLAIN, headers={"Authorization": shown})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


def test_two_tokens_are_one_too_many(client: TestClient, house: House) -> None:
    text = a_token(house).text

    answer = client.get(EXPLAIN, headers=[("Authorization", f"Bearer {text}"), ("Authorization", "Bearer x")])

    assert answer.status_code == 401


def test_a_token_is_admitted_and_names_its_member(client: TestClient, house: House) -> None:
    token = a_token(house, "bob", role=Role.VIEWER)

    answer = client.get(EXPLAIN, headers=bearer(token))

    assert answer.status_code == 200
    assert answer.json()["asker"] == "user:bob"


def test_a_bad_address_is_told_only_to_those_who_are_known(client: TestClient) -> None:
    """Parameters are looked at after who asks, so that a stranger learns nothing by them."""
    wrong = "/api/v1/permissions/explain?pathh=/status"

    assert client.get(wrong, headers={"Authorization": "Bearer x"}).status_code == 401
    assert client.get(wrong).status_code == 400


@pytest.mark.parametrize("address", ["/status", "/runs/1", "/dagster/", EXPLAIN])
def test_beyond_this_machine_nobody_is_answered_before_there_is_an_administrator(
    from_outside: TestClient, house: House, address: str
) -> None:
    viewer = a_token(house, "bob", role=Role.VIEWER)

    anonymous, known = from_outside.get(address), from_outside.get(address, headers=bearer(viewer))

    assert {anonymous.status_code, known.status_code} == {403}
    assert "users add NAME --role admin" in anonymous.text


@pytest.mark.parametrize("address", ["/status", "/runs/1", "/dagster/", EXPLAIN])
def test_beyond_this_machine_whoever_shows_no_token_is_turned_away(
    from_outside: TestClient, house: House, address: str
) -> None:
    add_member(house, "ada", Role.ADMIN, by=BY)

    assert from_outside.get(address).status_code == 401
    assert from_outside.get(address, headers={"Host": "127.0.0.1"}).status_code == 400


def test_beyond_this_machine_its_own_programs_show_tokens_too(house: House) -> None:
    add_member(house, "ada", Role.ADMIN, by=BY)
    client = a_client(house, is_open=True)

    assert client.get(EXPLAIN).status_code == 401


@pytest.mark.parametrize("address", ["/health", "/openapi.json"])
def test_what_is_for_anybody_is_answered_beyond_this_machine(from_outside: TestClient, address: str) -> None:
    assert from_outside.get(address).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/status",
        "/runs/run-1/report",
        f"/runs/run-1/pictures/{'a' * 64}",
        f"/runs/run-1/thumbnails/{'a' * 64}",
    ],
)
@pytest.mark.parametrize(
    "brought", [{"Via": "1.1 proxy"}, {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}]
)
def test_whoever_a_proxy_of_this_machine_brings_is_asked_who_they_are(
    house: House, address: str, brought: dict[str, str]
) -> None:
    """Pages took them for the local person, as long as other machines could not reach us by themselves."""
    client = a_client(house)

    assert client.get(address, headers=brought).status_code == 401
    assert client.get(address, headers=brought | bearer(a_token(house))).status_code in (200, 404)


def test_a_page_beyond_this_machine_is_for_who_has_its_permission(
    from_outside: TestClient, house: House
) -> None:
    all_of_it = a_token(house)
    narrow = a_token(house, "bob", role=Role.VIEWER, scopes=[Permission.PICTURES_READ])

    assert from_outside.get("/status", headers=bearer(all_of_it)).status_code == 200
    refused = from_outside.get("/status", headers=bearer(narrow))
    assert refused.status_code == 403
    assert "the token's scopes leave 'runs:read' out" in refused.json()["error"]


def test_a_token_in_the_clear_from_another_machine_is_refused_and_revoked(house: House) -> None:
    token = a_token(house)
    plain = a_client(house, **(OPEN | {"url": "http://inspect.acme.example"}))

    answer = plain.get(EXPLAIN, headers=bearer(token))

    assert answer.status_code == 401
    assert "clear HTTP" in answer.json()["detail"]
    assert list_tokens(house)[0].state == "revoked"


def test_a_token_in_the_clear_within_this_machine_is_taken(house: House) -> None:
    token = a_token(house)
    local = a_client(house, is_open=True)

    assert local.get(EXPLAIN, headers=bearer(token)).status_code == 200


def test_a_proxy_that_does_not_say_whether_it_came_encrypted_is_refused_and_nothing_revoked(
    house: House,
) -> None:
    token = a_token(house)
    plain = a_client(house, **(OPEN | {"url": "http://inspect.acme.example"}))

    answer = plain.get(EXPLAIN, headers={**bearer(token), "X-Forwarded-For": "198.51.100.7"})

    assert answer.status_code == 401
    assert "X-Forwarded-Proto" in answer.json()["detail"]
    assert list_tokens(house)[0].state == "active"


def test_what_shows_all_organisations_is_not_for_the_administrator_of_one(house: House) -> None:
    token = a_token(house)
    alone = a_client(house, **OPEN)
    of_two = a_client(house, others=[ACME], **OPEN)
    address = "/dagster/graphql"

    assert alone.get(address, headers=bearer(token)).status_code != 403
    assert of_two.get(address, headers=bearer(token)).status_code == 403


@pytest.mark.parametrize("org", ["acme", "nobody", "../../etc/passwd", "", "acme%00"])
def test_another_organisation_sounds_like_none(house: House, org: str) -> None:
    client = a_client(house, others=[ACME])
    of_another(house, ACME)
    token = a_token(house)

    answer = client.get(f"{EXPLAIN}&org={org}", headers=bearer(token))

    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("there is no organisation")


@pytest.mark.parametrize("org", ["../../etc/passwd", "a/b", ""])
def test_what_is_no_organisations_name_is_none_before_any_is_applied(house: House, org: str) -> None:
    client = a_client(house)

    assert client.get(f"{EXPLAIN}&org={org}").status_code == 404


def test_the_local_person_says_which_of_several_organisations(house: House) -> None:
    client = a_client(house, others=[ACME])

    assert client.get(EXPLAIN).status_code == 400
    assert client.get(f"{EXPLAIN}&org=acme").status_code == 200
    assert client.get(f"{EXPLAIN}&org=other").status_code == 404
