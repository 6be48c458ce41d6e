"""People sign in with a password, are known by a cookie, and sign out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import ledger_rows
from houses import an_estate, of_another
from inspect_pipelines.domain.access import ROLES, Role, token_hash
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.sign_in import sign_in_text
from inspect_pipelines.ports.hasher import Hasher, Verified
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.change_members import add_member, remove_member
from inspect_pipelines.usecases.access.set_password import set_password
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.app import create_app
from people import BY, a_token, bearer
from recording_engine import RecordingEngine
from resources.history.owner import Owner
from web_app import URL, TestClient, a_client

V1 = "/api/v1"
ACME = OrgId("acme")
PASSWORD = "kettle of brave otters"
ANOTHER = "wagons roll at daybreak"
HTTPS = "https://qa.example.com"
OURS = {"Origin": HTTPS, "Sec-Fetch-Site": "same-origin"}
COOKIE = "__Host-inspect"
RUN_NOW = f"{V1}/schedules/{ledger_rows.NIGHTLY.id}/run-now"


@pytest.fixture
def house(ours: House) -> House:
    """Eve reviews, and signs in with a password; Bob looks, and has none."""
    add_member(ours, "eve", Role.REVIEWER, by=BY)
    add_member(ours, "bob", Role.VIEWER, by=BY)
    set_password(ours, "eve", PASSWORD, by=BY)
    return ours


@pytest.fixture
def browser(house: House) -> TestClient:
    return a_browser(house)


def a_browser(house: House, **changes: Any) -> TestClient:
    """On another machine, through a proxy with TLS."""
    changes = {
        "is_open": True,
        "peer": "203.0.113.9",
        "url": HTTPS,
        "allowed_hosts": ["qa.example.com"],
    } | changes
    client = a_client(house, engine=RecordingEngine, **changes)
    client.headers["User-Agent"] = "Firefox 145"
    return client


def enter(
    client: TestClient, login: str = "eve", password: str = PASSWORD, query: str = "", **headers: str
) -> Any:
    sent = {**OURS, "Origin": str(client.base_url), **headers}
    return client.post(f"{V1}/auth/login{query}", json={"login": login, "password": password}, headers=sent)


def post(client: TestClient, path: str, body: Any = None) -> Any:
    return client.post(f"{V1}{path}", json=body or {}, headers={**OURS, "Origin": str(client.base_url)})


def audited(house: House) -> list[tuple[str, str, str]]:
    with house.ledger.read() as ledger:
        return [(one.actor, one.action, one.subject) for one in ledger.audit.entries()]


def test_a_browser_is_known_from_the_password_to_the_farewell(browser: TestClient, house: House) -> None:
    stranger = browser.get(f"{V1}/me")
    entered = enter(browser)
    known = browser.get(f"{V1}/me").json()
    left = post(browser, "/auth/logout")

    assert stranger.status_code == 401
    assert entered.json() == known
    assert (known["actor"], known["role"], known["organization"]) == ("user:eve", "reviewer", "default")
    assert known["rights"] == sorted(ROLES[Role.REVIEWER])
    assert (known["known_by"], known["has_password"]) == ("sign-in", True)
    assert (known["sign_in"]["agent"], known["sign_in"]["how"]) == ("Firefox 145", "password")
    assert left.json() == {"was_signed_in": True}
    assert browser.get(f"{V1}/me").status_code == 401
    told = [one for one in audited(house) if one[1].startswith("sign_in")]
    assert told[:2] == [
        ("user:eve", "sign_in.ended", known["sign_in"]["id"]),
        ("user:eve", "sign_in.begun", known["sign_in"]["id"]),
    ]


def test_the_cookie_is_the_hosts_own_and_no_script_or_page_elsewhere_has_it(browser: TestClient) -> None:
    cookie = enter(browser).headers["set-cookie"]

    name, _, rest = cookie.partition("=")
    assert name == COOKIE
    assert sorted(rest.lower().split("; ")[1:]) == [
        "httponly",
        "max-age=604800",
        "path=/",
        "samesite=lax",
        "secure",
    ]


def test_what_a_browser_shows_is_stored_nowhere(browser: TestClient, house: House) -> None:
    enter(browser)
    shown = browser.cookies[COOKIE]

    with house.ledger.read() as ledger:
        kept = ledger.sign_ins.all("eve")

    assert kept[0].sha256 == token_hash(shown)
    assert shown[9:] not in repr(kept)
    assert shown[9:] not in browser.get(f"{V1}/me/sign-ins").text


def test_over_the_machines_own_plain_http_it_has_another_name_that_counts_nowhere_else(house: House) -> None:
    """Not every browser keeps a Secure cookie there; over HTTPS nobody may lay out one that any page could have set."""
    here, there = (
        a_browser(house, is_open=False, url=URL, peer="127.0.0.1", allowed_hosts=["127.0.0.1"]),
        a_browser(house),
    )

    cookie = enter(here).headers["set-cookie"]
    known = here.get(f"{V1}/me").json()
    text = here.cookies["inspect-loopback"]

    assert cookie.startswith("inspect-loopback=")
    assert "secure" not in cookie.lower()
    assert known["actor"] == "user:eve"
    assert there.get(f"{V1}/me", headers={"Cookie": f"inspect-loopback={text}"}).status_code == 401
    assert there.get(f"{V1}/me", headers={"Cookie": f"{COOKIE}={text}"}).status_code == 200
    forwarded = here.get(f"{V1}/me", headers={"X-Forwarded-For": "203.0.113.9"})
    assert forwarded.status_code == 401


def test_a_browser_that_is_known_no_more_is_not_the_local_person_instead(house: House) -> None:
    here = a_client(house)
    here.cookies["inspect-loopback"] = sign_in_text(b"x" * 32)

    assert here.get(f"{V1}/me").status_code == 401


@pytest.mark.parametrize(
    ("login", "password", "query"),
    [
        ("eve", ANOTHER, ""),
        ("eve", PASSWORD.upper(), ""),
        ("eve", PASSWORD + "\0", ""),
        ("eve", PASSWORD + "x" * 700, ""),
        ("nobody", PASSWORD, ""),
        ("bob", PASSWORD, ""),  # he has none
        ("bob", "the password of nobody", ""),
        ("Eve", PASSWORD, ""),
        ("eve' OR '1'='1", PASSWORD, ""),
        ("eve", PASSWORD, "?org=acme"),
        ("eve", PASSWORD, "?org=nowhere"),
        ("eve", PASSWORD, "?org=../x"),
    ],
)
def test_whatever_does_not_fit_sounds_the_same(house: House, login: str, password: str, query: str) -> None:
    browser = a_browser(house, others=[ACME])
    usual = enter(browser, "nobody", "x", "?org=default")

    answer = enter(browser, login, password, query or "?org=default")

    assert (answer.status_code, answer.content) == (401, usual.content)
    assert "set-cookie" not in answer.headers
    assert {*answer.headers} == {*usual.headers}


class Counting:
    """A hasher that tells what it was asked."""

    def __init__(self, inner: Hasher) -> None:
        self._inner, self.asked = inner, 0

    def hash(self, password: str) -> str:
        return self._inner.hash(password)

    def verify(self, password: str, kept: str | None) -> Verified:
        self.asked += 1
        return self._inner.verify(password, kept)


@pytest.mark.parametrize(
    ("login", "query"), [("eve", ""), ("bob", ""), ("nobody", ""), ("eve", "?org=nowhere")]
)
def test_a_hash_is_computed_whether_there_is_one_or_not(house: House, login: str, query: str) -> None:
    """The time would have told who is a member; what Argon2 costs is the time of the whole answer."""
    counting = Counting(house.hasher)

    enter(a_browser(replace(house, hasher=counting)), login, ANOTHER, query)

    assert counting.asked == 1


def test_the_audit_tells_of_a_refusal_and_holds_no_password_typed_as_a_login(
    browser: TestClient, house: House
) -> None:
    enter(browser, "eve", ANOTHER)
    enter(browser, PASSWORD, "x")

    assert audited(house)[:2] == [("nobody", "sign_in.refused", "-"), ("nobody", "sign_in.refused", "eve")]


@pytest.mark.parametrize("login", ["eve", "nobody"])
def test_an_account_is_tried_five_times_a_minute_whether_there_is_one_or_not(
    house: House, login: str
) -> None:
    app = a_browser(house).app
    machines = [TestClient(app, base_url=HTTPS, client=(f"203.0.113.{one}", 50_000)) for one in range(6)]

    named = ["", "?org=default", "", "?org=default", ""]  # one account, by whichever address
    answers = [
        enter(one, login, ANOTHER, org).status_code for one, org in zip(machines[:5], named, strict=True)
    ]
    sixth = enter(machines[5], login, PASSWORD)

    assert answers == [401] * 5
    assert sixth.status_code == 429
    assert 0 < int(sixth.headers["retry-after"]) <= 60
    assert sixth.headers["ratelimit-policy"] == '"login";q=5;w=60'


def test_an_address_that_tries_every_account_is_stopped(browser: TestClient) -> None:
    answers = [enter(browser, f"user{number}", ANOTHER).status_code for number in range(31)]

    assert answers == [401] * 30 + [429]


def test_signing_in_ends_what_the_browser_showed_before(browser: TestClient, house: House) -> None:
    """Fixation: whoever lays out a sign-in of theirs for somebody else does not share the one that begins."""
    enter(browser)
    laid_out = browser.cookies[COOKIE]

    enter(browser)

    assert browser.cookies[COOKIE] != laid_out
    assert browser.get(f"{V1}/me").status_code == 200
    assert a_browser(house).get(f"{V1}/me", headers={"Cookie": f"{COOKIE}={laid_out}"}).status_code == 401


def test_signing_in_elsewhere_ends_what_the_browser_showed_of_another_organisation(house: House) -> None:
    """Only sign-ins of the organisation that was entered were looked through, so the one before went on for a week."""
    theirs = of_another(house, ACME)
    add_member(theirs, "eve", Role.ADMIN, by=BY)
    set_password(theirs, "eve", ANOTHER, by=BY)
    browser = a_browser(house, others=[ACME])
    enter(browser, query="?org=default")
    before = browser.cookies[COOKIE]

    enter(browser, "eve", ANOTHER, "?org=acme")

    again = a_browser(house, others=[ACME])
    assert again.get(f"{V1}/me", headers={"Cookie": f"{COOKIE}={before}"}).status_code == 401
    assert browser.get(f"{V1}/me").json()["organization"] == "acme"


def test_it_ends_after_half_a_day_without_a_request_and_after_a_week_with_them(
    browser: TestClient, house: House
) -> None:
    enter(browser)
    house.clock.sleep(12 * 3600 - 1)
    busy = [browser.get(f"{V1}/me").status_code]
    for _ in range(13):
        house.clock.sleep(11 * 3600)
        busy.append(browser.get(f"{V1}/me").status_code)
    house.clock.sleep(13 * 3600)
    at_last = browser.get(f"{V1}/me").status_code
    enter(browser)
    house.clock.sleep(12 * 3600)

    assert busy == [200] * 14
    assert at_last == 401
    assert browser.get(f"{V1}/me").status_code == 401


def test_reading_writes_no_more_often_than_every_five_minutes(browser: TestClient, house: House) -> None:
    enter(browser)
    seen = []
    for _ in range(4):
        house.clock.sleep(100)
        browser.get(f"{V1}/runs")
        with house.ledger.read() as ledger:
            seen.append(ledger.sign_ins.all("eve")[0].seen_at)

    assert len({*seen}) == 2


def test_a_role_that_changes_holds_at_the_next_request_and_who_is_let_go_is_out(
    browser: TestClient, house: House
) -> None:
    enter(browser)

    add_member(house, "eve", Role.VIEWER, by=BY)
    narrowed = browser.get(f"{V1}/me").json()["role"]
    remove_member(house, "eve", by=BY)
    gone = browser.get(f"{V1}/me").status_code
    add_member(house, "eve", Role.ADMIN, by=BY)

    assert (narrowed, gone) == ("viewer", 401)
    assert browser.get(f"{V1}/me").status_code == 401  # nor does what they had come back with them
    assert enter(browser).status_code == 401


def test_tokens_of_a_member_who_was_let_go_do_not_come_back_with_them(house: House) -> None:
    """A token of somebody who left opened everything again when a namesake was hired."""
    token = bearer(a_token(house, "sue", role=Role.OPERATOR))
    remove_member(house, "sue", by=BY)

    add_member(house, "sue", Role.ADMIN, by=BY)

    assert a_browser(house).get(f"{V1}/me", headers=token).status_code == 401


CROSS_SITE = [
    ({"Origin": HTTPS, "Sec-Fetch-Site": "same-origin"}, 200),
    ({"Origin": HTTPS}, 200),
    ({"Sec-Fetch-Site": "same-origin"}, 200),
    ({}, 403),  # no browser of today; programs have tokens
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": "http://qa.example.com"}, 403),  # the same host in the clear, where anybody can be it
    ({"Origin": "https://qa.example.com.evil.example"}, 403),
    ({"Origin": "https://other.example.com", "Sec-Fetch-Site": "same-site"}, 403),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Sec-Fetch-Site": "none"}, 403),
    ({"Origin": HTTPS, "Sec-Fetch-Site": "cross-site"}, 403),
    ({"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, 403),
    ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 403),
]


@pytest.mark.parametrize(("headers", "status"), CROSS_SITE)
def test_a_page_elsewhere_does_nothing_with_the_cookie(
    browser: TestClient, headers: dict[str, str], status: int
) -> None:
    enter(browser)
    wish = {"old": PASSWORD, "password": ANOTHER}

    answer = browser.post(f"{V1}/me/password", json=wish, headers=headers)

    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(("headers", "status"), [one for one in CROSS_SITE if one[0]])
def test_a_page_elsewhere_signs_nobody_in(browser: TestClient, headers: dict[str, str], status: int) -> None:
    """As somebody else, whose traces they would then leave."""
    answer = browser.post(f"{V1}/auth/login", json={"login": "eve", "password": PASSWORD}, headers=headers)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 403),
    ],
)
def test_a_link_in_a_message_opens_and_a_page_elsewhere_reads_nothing(
    browser: TestClient, headers: dict[str, str], status: int
) -> None:
    enter(browser)

    assert browser.get(f"{V1}/runs", headers=headers).status_code == status


def test_behind_a_proxy_that_asks_under_another_name_our_own_pages_are_those_of_public_url(
    house: House,
) -> None:

    gate = Gate(an_estate(house), is_open=True, origins=["https://qa.public.example"])
    app = create_app(
        an_estate(house),
        Owner(Path(house.home), house.ledgers, house.clock),
        (),
        gate=gate,
        allowed_hosts=["inner"],
    )
    browser = TestClient(app, base_url="https://inner", client=("203.0.113.9", 50_000))

    ours, theirs = (
        browser.post(
            f"{V1}/auth/login", json={"login": "eve", "password": PASSWORD}, headers={"Origin": origin}
        )
        for origin in ("https://qa.public.example", "https://qa.evil.example")
    )

    assert (ours.status_code, theirs.status_code) == (200, 403)


def test_a_password_over_clear_http_from_outside_is_not_looked_at(house: House) -> None:
    clear = a_browser(house, url="http://qa.example.com")

    answer = enter(clear, Origin="http://qa.example.com")

    assert answer.status_code == 401
    assert "change the password if you sent it" in answer.json()["detail"]
    assert "set-cookie" not in answer.headers


def test_a_cookie_that_came_over_clear_http_from_outside_is_ended(browser: TestClient, house: House) -> None:
    enter(browser)
    shown = {"Cookie": f"{COOKIE}={browser.cookies[COOKIE]}"}

    clear = a_browser(house, url="http://qa.example.com").get(f"{V1}/me", headers=shown)

    assert clear.status_code == 401
    assert browser.get(f"{V1}/me").status_code == 401
    assert audited(house)[0][:2] == ("system:clear-http", "sign_in.ended")


def test_nobody_signs_in_to_an_open_server_before_there_is_an_administrator(house: House) -> None:
    with house.ledger.write() as ledger:
        ledger.members.remove("ada", by=BY, at=house.clock.now())

    assert enter(a_browser(house)).status_code == 403


def test_ones_own_password_is_changed_by_whoever_knows_it_and_other_browsers_are_forgotten(
    browser: TestClient, house: House
) -> None:
    other = a_browser(house)
    enter(browser), enter(other)

    wrong = post(browser, "/me/password", {"old": ANOTHER, "password": ANOTHER})
    weak = post(browser, "/me/password", {"old": PASSWORD, "password": "eve eve eve"})
    changed = post(browser, "/me/password", {"old": PASSWORD, "password": ANOTHER})

    assert (wrong.status_code, weak.status_code) == (403, 400)
    assert "11 characters, and 12 are the least" in weak.json()["detail"]
    assert changed.json() == {"login": "eve", "ended_sign_ins": 1}
    assert browser.get(f"{V1}/me").status_code == 200
    assert other.get(f"{V1}/me").status_code == 401
    assert (enter(other).status_code, enter(other, password=ANOTHER).status_code) == (401, 200)


def test_a_token_sets_no_password_and_neither_does_it_change_one(house: House) -> None:
    """One with nothing but `access:admin` would have made itself a way to everything of it."""
    token = bearer(a_token(house, "ada"))
    client = a_browser(house)

    of_another = client.post(f"{V1}/members/eve/password", json={"password": ANOTHER}, headers=token)
    own = client.post(f"{V1}/me/password", json={"old": PASSWORD, "password": ANOTHER}, headers=token)

    assert (of_another.status_code, own.status_code) == (403, 403)


def test_an_agent_in_a_persons_browser_sets_no_password(browser: TestClient) -> None:
    enter(browser)
    browser.headers["User-Agent"] = "agent/claude"

    assert post(browser, "/me/password", {"old": PASSWORD, "password": ANOTHER}).status_code == 403


def test_an_administrator_who_is_signed_in_sets_passwords_and_ends_what_others_have_open(
    house: House,
) -> None:
    set_password(house, "ada", ANOTHER, by=BY)
    ada, eve = a_browser(house), a_browser(house)
    enter(ada, "ada", ANOTHER), enter(eve)

    listed = ada.get(f"{V1}/sign-ins").json()["items"]
    (hers,) = [one["id"] for one in listed if one["login"] == "eve"]
    ended = post(ada, f"/sign-ins/{hers}/end")
    again = post(ada, f"/sign-ins/{hers}/end")
    given = post(ada, "/members/bob/password", {"password": ANOTHER})

    assert (ended.json()["state"], ended.json()["ended_by"], again.status_code) == ("ended", "user:ada", 409)
    assert eve.get(f"{V1}/me").status_code == 401
    assert given.json() == {"login": "bob", "ended_sign_ins": 0}
    assert enter(eve, "bob", ANOTHER).json()["role"] == "viewer"


def test_ones_own_browsers_are_listed_and_ended_and_nobody_elses(browser: TestClient, house: House) -> None:
    set_password(house, "bob", ANOTHER, by=BY)
    phone, bobs = a_browser(house), a_browser(house)
    enter(browser), enter(phone), enter(bobs, "bob", ANOTHER)
    listed = browser.get(f"{V1}/me/sign-ins").json()["items"]
    (of_phone,) = [one["id"] for one in listed if not one["is_this"]]

    foreign = post(bobs, f"/me/sign-ins/{of_phone}/end")
    nowhere = post(bobs, "/me/sign-ins/nowhere/end")
    ended = post(browser, f"/me/sign-ins/{of_phone}/end")

    assert [one["login"] for one in listed] == ["eve", "eve"]
    assert (foreign.status_code, nowhere.status_code) == (404, 404)
    assert foreign.text == nowhere.text.replace("nowhere", of_phone)
    assert (ended.status_code, phone.get(f"{V1}/me").status_code) == (200, 401)
    assert post(bobs, f"/sign-ins/{of_phone}/end").status_code == 403


def test_members_of_one_organisation_are_strangers_in_another(house: House) -> None:
    theirs = of_another(house, ACME)
    add_member(theirs, "eve", Role.ADMIN, by=BY)
    set_password(theirs, "eve", ANOTHER, by=BY)
    browser = a_browser(house, others=[ACME])

    mine = enter(browser, "eve", ANOTHER, "?org=acme")
    run = browser.get(f"{V1}/runs/{ledger_rows.RUNNING.id}")
    named = browser.get(f"{V1}/runs?org=default")

    assert mine.json()["organization"] == "acme"
    assert (run.status_code, named.status_code) == (404, 404)
    assert browser.get(f"{V1}/sign-ins").json()["items"][0]["login"] == "eve"
    assert len(browser.get(f"{V1}/sign-ins").json()["items"]) == 1


def test_a_person_who_is_signed_in_finalises_where_a_token_may_not(house: House) -> None:
    """Far from the machine nobody could, until browsers were known."""
    browser = a_browser(house)
    enter(browser)
    activate = f"{V1}/baselines/{ledger_rows.WITH_PICTURES}/activate"
    headers = {**OURS, "Idempotency-Key": "k7"}

    by_token = a_browser(house).post(activate, json={}, headers={**headers, **bearer(a_token(house, "ada"))})
    by_person = browser.post(activate, json={}, headers=headers)

    assert by_token.status_code == 403
    assert by_person.status_code == 200, by_person.text


def test_a_browser_may_ask_as_often_as_a_token(browser: TestClient) -> None:
    enter(browser)

    assert browser.get(f"{V1}/runs").headers["ratelimit-policy"] == '"default";q=500;w=300'


def test_no_log_tells_a_password_or_a_cookie(browser: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)

    enter(browser), enter(browser, password=ANOTHER), browser.get(f"{V1}/me")

    assert PASSWORD not in caplog.text
    assert ANOTHER not in caplog.text
    assert browser.cookies[COOKIE] not in caplog.text
