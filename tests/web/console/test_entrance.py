"""Whoever is not known is asked who they are, by a page; whoever may less sees fewer buttons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ledger_rows
from houses import a_house
from inspect_pipelines.domain.access import Role
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.change_members import add_member
from inspect_pipelines.usecases.access.set_password import set_password
from people import BY
from recording_engine import RecordingEngine
from web_app import TestClient, a_client

HTTPS = "https://qa.example.com"
FORM = {"Accept": "text/html", "Origin": HTTPS, "Sec-Fetch-Site": "same-origin"}
PASSWORD = "kettle of brave otters"
RUN_NOW = f"/schedules/{ledger_rows.NIGHTLY.id}/run-now"


@pytest.fixture
def browser(ours: House) -> TestClient:
    """On another machine, through a proxy with TLS; Eve operates, Bob looks."""
    for login, role in (("eve", Role.OPERATOR), ("bob", Role.VIEWER), ("ada", Role.ADMIN)):
        add_member(ours, login, role, by=BY)
        set_password(ours, login, PASSWORD, by=BY)
    client = a_client(
        ours,
        engine=RecordingEngine,
        is_open=True,
        peer="203.0.113.9",
        url=HTTPS,
        allowed_hosts=["qa.example.com"],
    )
    client.headers.update(FORM)
    return client


def enter(browser: TestClient, login: str = "eve", password: str = PASSWORD, **fields: str) -> Any:
    sent = {"login": login, "password": password, "next": "/runs", "org": "", **fields}
    return browser.post("/sign-in", data=sent, follow_redirects=False)


def test_a_password_of_any_letters_is_a_wrong_one_and_no_accident(browser: TestClient) -> None:
    for login, password in (("eve", PASSWORD + "\0"), ("e\0ve", PASSWORD), ("\U0001f525", "x")):
        assert enter(browser, login=login, password=password).status_code == 401


def test_a_page_asks_who_one_is_and_is_shown_then(browser: TestClient) -> None:
    asked = browser.get("/runs?status=passed")
    let_in = enter(browser, next="/runs?status=passed")
    shown = browser.get(let_in.headers["location"])

    assert asked.status_code == 401
    assert 'name="next" value="/runs?status=passed"' in asked.text
    assert (let_in.status_code, let_in.headers["location"]) == (303, "/runs?status=passed")
    assert shown.status_code == 200
    assert "Sign out" in shown.text


def test_whoever_presses_a_button_unknown_is_led_to_a_page_then(browser: TestClient) -> None:
    """They came to the address of the button after signing in, which answers no page."""
    asked = browser.post(RUN_NOW, data={"key": "k"})

    assert asked.status_code == 401
    assert 'name="next" value="/"' in asked.text


def test_whoever_signs_out_is_asked_again(browser: TestClient) -> None:
    enter(browser)

    left = browser.post("/sign-out", data={}, follow_redirects=False)

    assert left.headers["location"] == "/sign-in"
    assert browser.get("/").status_code == 401


@pytest.mark.parametrize(
    ("login", "password"), [("eve", "wrong"), ("nobody", PASSWORD), ("", ""), ("eve", "x" * 2000)]
)
def test_what_does_not_fit_opens_nothing(browser: TestClient, login: str, password: str) -> None:
    answer = enter(browser, login, password)

    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert browser.get("/").status_code == 401


@pytest.mark.parametrize(
    "following", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_nobody_is_sent_elsewhere(browser: TestClient, following: str) -> None:
    assert enter(browser, next=following).headers["location"] == "/"


def test_a_page_elsewhere_signs_nobody_in_or_out(browser: TestClient) -> None:
    browser.headers["Origin"] = "https://evil.example"

    assert enter(browser).status_code == 403
    assert browser.post("/sign-out", data={}).status_code == 403


def test_whoever_only_looks_sees_no_buttons_and_presses_none(browser: TestClient) -> None:
    enter(browser, "bob")
    looked = browser.get("/").text
    pressed = browser.post(RUN_NOW, data={"key": "k"}, follow_redirects=False)
    enter(browser, "eve")
    operated = browser.get("/").text

    assert "Run now" not in looked
    assert pressed.status_code == 403
    assert "Run now" in operated


def test_without_an_administrator_there_is_no_page_to_enter_by(tmp_path: Path) -> None:
    with a_client(
        a_house(tmp_path), is_open=True, peer="203.0.113.9", url=HTTPS, allowed_hosts=["qa.example.com"]
    ) as client:
        answer = client.get("/sign-in", headers=FORM)

    assert answer.status_code == 403
    assert "users add NAME --role admin" in answer.text


def test_another_browser_of_ones_own_is_signed_out_and_nobody_elses(browser: TestClient, ours: House) -> None:
    enter(browser, "bob")
    with ours.ledger.read() as ledger:
        (bobs,) = ledger.sign_ins.all("bob")
    browser.cookies.clear()
    enter(browser)
    with ours.ledger.read() as ledger:
        (first,) = ledger.sign_ins.all("eve")
    browser.cookies.clear()
    enter(browser)

    page = browser.get("/settings").text
    ended = browser.post(f"/settings/sign-ins/{first.id}/end", data={"key": "k1"}, follow_redirects=False)
    refused = browser.post(f"/settings/sign-ins/{bobs.id}/end", data={"key": "k2"}, follow_redirects=False)

    assert page.count("Sign out there") == 1
    assert "this one" in page
    assert (ended.status_code, refused.status_code) == (303, 404)
    with ours.ledger.read() as ledger:
        states = {one.id: one.state(ours.clock.now()) for one in ledger.sign_ins.all(None)}
    assert (states[first.id], states[bobs.id]) == ("ended", "active")


def change(browser: TestClient, **fields: str) -> Any:
    return browser.post("/settings/password", data=fields, follow_redirects=False)


def test_ones_own_password_is_changed_by_whoever_knows_it_and_is_kept_nowhere(
    browser: TestClient, ours: House
) -> None:
    new = "lantern under nine bridges"
    enter(browser)

    offered = browser.get("/settings").text
    wrong = change(browser, old="not this one at all", new=new, again=new)
    two_ways = change(browser, old=PASSWORD, new=new, again="something else")
    done = change(browser, old=PASSWORD, new=new, again=new)
    told = browser.get("/settings?said=password").text
    browser.cookies.clear()

    assert 'action="/settings/password"' in offered
    assert (wrong.status_code, two_ways.status_code) == (403, 400)
    assert done.headers["location"] == "/settings?said=password"
    assert "Your password is another from now on" in told
    assert enter(browser).status_code == 401
    assert enter(browser, password=new).status_code == 303
    with ours.ledger.read() as ledger:
        assert not [one for one in ledger.audit.entries() if new in one.detail]


def test_a_page_elsewhere_changes_no_password(browser: TestClient) -> None:
    enter(browser)

    answer = browser.post(
        "/settings/password",
        data={"old": PASSWORD, "new": "x" * 20, "again": "x" * 20},
        headers={"Origin": "https://evil.example"},
    )

    assert answer.status_code == 403
    browser.cookies.clear()
    assert enter(browser).status_code == 303
