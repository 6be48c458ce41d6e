"""Settings in the console: members, tokens that are shown once, channels that are tried, pauses, and the audit."""

from __future__ import annotations

import re

import pytest

import ledger_rows
from builders import a_source
from houses import CollectingChannel
from inspect_pipelines.domain.access import Role
from inspect_pipelines.domain.channel import Person
from inspect_pipelines.domain.event import SourceKind
from inspect_pipelines.domain.ids import SourceId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.access import list_members, list_tokens
from inspect_pipelines.queries.pauses import list_pauses
from people import a_token, bearer
from pressing import EVIL, FORM, audited, press, refuse_markup, shown
from web_app import TestClient, a_client

PASSWORD = "kettle of brave otters"
TOKEN = re.compile(r"insp_pat_[0-9A-Za-z]{22}_[0-9a-f]{8}")


@pytest.fixture
def client(ours: House) -> TestClient:
    return a_client(ours)


def roles(house: House) -> dict[str, str]:
    return {one.login: one.role.value for one in list_members(house)}


def test_a_member_is_added_gets_another_role_and_is_let_go(client: TestClient, ours: House) -> None:
    press(client, "/settings/members", "k1", login="grace", role="viewer")
    was = roles(ours)["grace"]
    press(client, "/settings/members", "k2", login="grace", role="reviewer")
    then = roles(ours)["grace"]
    press(client, "/settings/members/grace/remove", "k3")

    assert (was, then) == ("viewer", "reviewer")
    assert "grace" not in roles(ours)
    assert ("member.remove", "grace", "console") in audited(ours)


def test_the_last_administrator_stays(client: TestClient, ours: House) -> None:
    answer = press(client, f"/settings/members/{ledger_rows.MEMBER.login}/remove")

    assert answer.status_code == 400
    assert "the last administrator" in answer.text
    assert roles(ours)[ledger_rows.MEMBER.login] == "admin"


def test_a_token_is_shown_once_and_opens_what_it_may(client: TestClient, ours: House) -> None:
    fields = {"name": "deploy script", "login": "ada", "days": "30", "scope": ["runs:read"]}
    made = press(client, "/settings/tokens", **fields)
    again = press(client, "/settings/tokens", **fields)
    (text,) = set(TOKEN.findall(made.text))
    with a_client(ours, is_open=True) as elsewhere:
        runs = elsewhere.get("/api/v1/runs", headers={"Authorization": f"Bearer {text}"})
        baselines = elsewhere.get("/api/v1/baselines", headers={"Authorization": f"Bearer {text}"})

    assert made.status_code == 200
    assert "no-store" in made.headers["cache-control"]
    assert again.headers["location"] == "/settings/tokens"
    assert [one.name for one in list_tokens(ours)].count("deploy script") == 1
    assert text not in shown(client, "/settings/tokens")
    assert (runs.status_code, baselines.status_code) == (200, 403)


def test_a_token_is_taken_back_at_once(client: TestClient, ours: House) -> None:
    token = a_token(ours, "olga", role=Role.OPERATOR)

    answer = press(client, f"/settings/tokens/{token.token.id}/revoke")

    assert answer.headers["location"] == "/settings/tokens"
    (one,) = [one for one in list_tokens(ours) if one.id == token.token.id]
    assert one.state == "revoked"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": "x", "login": "ada", "days": "9999"}, "a token lives for"),
        ({"name": "", "login": "ada", "days": "7"}, "a token&#39;s name says"),
        ({"name": "x", "login": "ada", "days": "7", "scope": "all"}, "is no permission"),
    ],
)
def test_a_token_that_cannot_be_is_refused_with_the_reason(
    client: TestClient, ours: House, fields: dict[str, str], says: str
) -> None:
    before = len(list_tokens(ours))

    answer = press(client, "/settings/tokens", **fields)

    assert answer.status_code == 400
    assert says in answer.text
    assert len(list_tokens(ours)) == before


def test_whoever_has_an_account_makes_a_token_of_their_own(ours: House) -> None:
    vera = {**FORM, **bearer(a_token(ours, "vera", role=Role.VIEWER, is_personal=True))}
    with a_client(ours, is_open=True) as client:
        made = press(client, "/settings/own-tokens", headers=vera, name="my notebook")
        page = client.get("/settings", headers=vera).text
        (token,) = [one for one in list_tokens(ours) if one.name == "my notebook"]
        press(client, f"/settings/own-tokens/{token.id}/revoke", "k2", headers=vera)

    assert TOKEN.search(made.text)
    assert "my notebook" in page
    assert (token.login, token.kind) == ("vera", "personal")
    assert [one.state for one in list_tokens(ours) if one.id == token.id] == ["revoked"]


def test_a_channel_is_tried_and_takes_the_message(client: TestClient, ours: House) -> None:
    answer = press(client, "/settings/channels/dry/test", to="")

    assert answer.headers["location"] == "/settings/channels?tried=dry"
    assert "dry took the message that says it is a test" in shown(client, "/settings/channels?tried=dry")
    ((_, channel),) = ours.channels
    assert isinstance(channel, CollectingChannel)
    assert [one.title for one in channel.sent] == ["inspect-pipelines can reach you"]
    assert "took the message" not in shown(client, "/settings/channels?tried=nobody")


def test_a_source_says_where_it_sends_to_and_only_the_name_of_its_secret(
    client: TestClient, ours: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", "very secret indeed")
    source = a_source(id=SourceId("hooks"), kind=SourceKind.GITHUB, secrets=("${env:HOOK_SECRET}",))
    with ours.ledger.write() as ledger:
        ledger.organizations.save(
            Organization(ours.org_id, sources=(source,), public_url="https://qa.example.com"),
            at=ours.clock.now(),
        )

    page = shown(client, "/settings/sources")

    assert "https://qa.example.com/webhooks/github/hooks" in page
    assert "${env:HOOK_SECRET}" in page
    assert "very secret" not in page


def test_everything_is_paused_with_a_reason_and_goes_on(client: TestClient, ours: House) -> None:
    press(client, "/settings/pause", "k1", reason="the shop moves", until="2099-01-02T03:04")
    page = shown(client, "/settings/limits")
    press(client, "/settings/resume", "k2")

    assert "the shop moves" in page
    assert "until 2099-01-02 03:04 UTC" in page
    assert [one for one in list_pauses(ours) if one.definition_id is None] == []


@pytest.mark.parametrize("kind", ["schedule", "trigger"])
def test_one_definition_is_paused_and_goes_on(client: TestClient, ours: House, kind: str) -> None:
    name = {"schedule": ledger_rows.NIGHTLY.id, "trigger": ledger_rows.TRIGGER.id}[kind]
    if kind == "schedule":
        press(client, f"/{kind}s/{name}/resume", "k0")  # it is paused already

    press(client, f"/{kind}s/{name}/pause", "k1", reason="we rebuild it", until="")
    held = [one.reason for one in list_pauses(ours) if one.definition_id == name]
    press(client, f"/{kind}s/{name}/resume", "k2")

    assert held == ["we rebuild it"]
    assert [one for one in list_pauses(ours) if one.definition_id == name] == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"reason": ""}, "a pause says why"),
        ({"reason": "x", "until": "2020-01-01T00:00"}, "is over"),
        ({"reason": "x", "until": "tomorrow"}, "is no time"),
    ],
)
def test_a_pause_that_makes_no_sense_is_refused(
    client: TestClient, ours: House, fields: dict[str, str], says: str
) -> None:
    answer = press(client, "/settings/pause", **fields)

    assert answer.status_code == 400
    assert says in answer.text
    assert [one for one in list_pauses(ours) if one.definition_id is None] == []


def test_the_audit_has_pages(client: TestClient, ours: House) -> None:
    with ours.ledger.write() as ledger:
        for number in range(60):
            ledger.audit.append(
                "run.cancel", f"run-{number}", by="user:ada", at=ours.clock.now(), detail=EVIL
            )

    page = shown(client, "/settings/audit")
    older = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")

    assert "run-59" in page
    assert "run-0<" not in page
    assert "run-0<" in shown(client, older)
    refuse_markup(page)


def test_what_is_for_administrators_is_shown_to_nobody_else_and_said_so(ours: House) -> None:
    operator = {**FORM, **bearer(a_token(ours, "olga", role=Role.OPERATOR))}
    with a_client(ours, is_open=True) as client:
        you = client.get("/settings", headers=operator).text
        pages = [client.get(f"/settings/{one}", headers=operator) for one in ("members", "tokens", "audit")]
        pressed = press(client, "/settings/members", headers=operator, login="eve", role="admin")

    assert "Members, tokens and the audit are for administrators" in you
    assert 'href="/settings/members"' not in you
    assert {one.status_code for one in pages} == {403}
    assert all("access:admin" in one.text for one in pages)
    assert pressed.status_code == 403
    assert "eve" not in roles(ours)


def test_what_strangers_wrote_stays_text(client: TestClient, ours: House) -> None:
    press(client, "/settings/tokens", name=EVIL, login="ada", days="7")
    press(client, "/settings/pause", "k2", reason=EVIL, until="")

    for room in ("tokens", "limits"):
        refuse_markup(shown(client, f"/settings/{room}"))


def test_an_administrator_sets_a_members_password_by_which_they_sign_in(
    client: TestClient, ours: House
) -> None:
    press(client, "/settings/members", login="grace", role="viewer")

    answer = press(client, "/settings/members/grace/password", new=PASSWORD, again=PASSWORD)

    assert answer.headers["location"] == "/settings/members?set=grace"
    assert "grace signs in with the new password" in shown(client, "/settings/members?set=grace")
    with ours.ledger.read() as ledger:
        kept = ledger.passwords.find("grace")
    assert ours.hasher.verify(PASSWORD, kept).is_right
    assert ("password.set", "grace", "console") in audited(ours)


@pytest.mark.parametrize(
    ("login", "fields", "says"),
    [
        ("ada", {"new": PASSWORD, "again": "kettle of brave beavers"}, "typed in two ways"),
        ("ada", {"new": "short", "again": "short"}, "it has 5 characters, and 12 are the least"),
        ("nobody", {"new": PASSWORD, "again": PASSWORD}, "&#39;nobody&#39; is no member"),
    ],
)
def test_a_password_that_cannot_be_is_refused_and_the_old_one_stays(
    client: TestClient, ours: House, login: str, fields: dict[str, str], says: str
) -> None:
    answer = press(client, f"/settings/members/{login}/password", **fields)

    assert answer.status_code >= 400
    assert says in answer.text
    assert "password.set" not in {action for action, _, way in audited(ours) if way == "console"}


def test_no_token_sets_a_password_in_the_console(ours: House) -> None:
    admin = {**FORM, **bearer(a_token(ours, "root", role=Role.ADMIN, is_personal=True))}
    with a_client(ours, is_open=True) as client:
        answer = press(client, "/settings/members/ada/password", headers=admin, new=PASSWORD, again=PASSWORD)

    assert answer.status_code == 403
    assert "a person who is signed in" in answer.text


def test_a_person_chooses_the_theme_and_the_zone_of_every_page(client: TestClient) -> None:
    plain = shown(client, "/settings")
    answer = press(client, "/settings/looks", theme="dark", zone="Asia/Tokyo")
    page, wrong = shown(client, "/settings/members"), client.get("/nowhere", headers=FORM).text
    press(client, "/settings/looks", theme="", zone="UTC")
    again = shown(client, "/settings")

    assert answer.headers["location"] == "/settings?said=looks"
    assert 'lang="en" data-theme="dark"' in page
    assert 'lang="en" data-theme="dark"' in wrong
    assert 'name="color-scheme" content="dark"' in page
    assert re.search(r'title="20\d\d-\d\d-\d\d \d\d:\d\d JST"', page)
    for one in (plain, again):
        assert "data-theme" not in one
        assert 'name="color-scheme" content="light dark"' in one
        assert "JST" not in one


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (
            {"theme": "pink", "zone": "UTC"},
            "&#39;pink&#39; is no theme; choose of: as the system, light, dark",
        ),
        ({"theme": "", "zone": "Tokyo"}, "did you mean &#39;Asia/Tokyo&#39;?"),
    ],
)
def test_looks_that_cannot_be_are_refused_with_what_can(
    client: TestClient, fields: dict[str, str], says: str
) -> None:
    answer = press(client, "/settings/looks", **fields)

    assert answer.status_code == 400
    assert says in answer.text
    assert not client.cookies


def test_a_cookie_that_nobody_of_ours_wrote_changes_nothing(client: TestClient) -> None:
    client.cookies.set("inspect-theme", '"><script>alert(1)</script>')
    client.cookies.set("inspect-zone", "../../etc/passwd")

    page = shown(client, "/settings")

    assert "data-theme" not in page
    assert "<script>alert" not in page
    assert 'name="zone" value="UTC"' in page


def test_the_profile_says_how_messages_reach_whoever_is_signed_in(ours: House) -> None:
    vera = {**FORM, **bearer(a_token(ours, "vera", role=Role.VIEWER, is_personal=True))}
    people = (Person("vera", email="vera@acme.example"), Person("else", email="else@acme.example"))
    with ours.ledger.write() as ledger:
        ledger.organizations.save(Organization(ours.org_id, people=people), at=ours.clock.now())

    with a_client(ours, is_open=True) as client:
        page = client.get("/settings", headers=vera).text

    assert "vera@acme.example" in page
    assert "else@acme.example" not in page
