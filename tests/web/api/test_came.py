"""By what way a request came is told beside who asked, wherever it is remembered."""

from __future__ import annotations

import pytest

import ledger_rows
from inspect_pipelines.domain.access import Role
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.change_members import add_member
from inspect_pipelines.usecases.access.set_password import set_password
from people import BY, a_token, bearer
from web_app import URL, TestClient, a_client

V1 = "/api/v1"
PAUSE = f"{V1}/triggers/{ledger_rows.TRIGGER.id}/pause"
PASSWORD = "kettle of brave otters"
OURS = {"Origin": URL, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def house(ours: House) -> House:
    return ours


def told(house: House) -> list[tuple[str, str, str]]:
    with house.ledger.read() as ledger:
        return [(one.actor, one.action, one.via) for one in ledger.audit.entries(limit=2)]


@pytest.mark.parametrize(
    ("headers", "via"),
    [
        ({}, "api"),
        ({"User-Agent": "curl/8"}, "api"),
        ({"User-Agent": "agent/claude (linux)"}, "agent claude"),
        ({"User-Agent": "agent/<b>"}, "agent unknown"),
        ({"User-Agent": "inspect-pipelines-cli/1.0"}, "cli"),
        (OURS, "console"),
    ],
)
def test_the_audit_says_how_somebody_came(house: House, headers: dict[str, str], via: str) -> None:
    answer = a_client(house).post(PAUSE, json={"reason": "moving"}, headers=headers)

    assert answer.status_code == 200, answer.text
    assert told(house) == [("local", "trigger.pause", via), ("local", "definition.paused", via)]


def test_a_tokens_and_a_persons_ways_are_told_apart(house: House) -> None:
    token = bearer(a_token(house, "ada"))
    set_password(house, "ada", PASSWORD, by=BY)
    browser: TestClient = a_client(house)
    browser.post(f"{V1}/auth/login", json={"login": "ada", "password": PASSWORD}, headers=OURS)
    at_login = told(house)[0]

    browser.post(PAUSE, json={"reason": "moving"}, headers={"Origin": URL})
    by_browser = told(house)[0]
    a_client(house).post(PAUSE.replace("/pause", "/resume"), headers=token)
    by_token = told(house)[0]

    assert at_login == ("user:ada", "sign_in.begun", "console")
    assert by_browser == ("user:ada", "trigger.pause", "console")
    assert by_token == ("user:ada", "trigger.resume", "api")


def test_what_nobody_came_for_says_so(house: House) -> None:
    add_member(house, "eve", Role.VIEWER, by=BY)

    assert told(house)[0] == (BY, "member.saved", "")


def test_an_administrator_reads_it(house: House) -> None:
    a_client(house).post(PAUSE, json={"reason": "moving"}, headers={"User-Agent": "agent/claude"})

    (newest, *_) = a_client(house).get(f"{V1}/audit").json()["items"]

    assert (newest["actor"], newest["via"]) == ("local", "agent claude")
