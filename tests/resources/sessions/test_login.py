"""Logging in once for all runs, in a real browser against a site that is strict."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from inspect_pipelines.domain.action import Action, Goto, TakeScreenshot
from inspect_pipelines.domain.expectation import ExpectText, ExpectUrl, ExpectVisible
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.gesture import Click, Fill
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.kept_login import LoginRules
from inspect_pipelines.domain.playbook import DESKTOP, Step
from inspect_pipelines.domain.session import SessionRequest, SessionResult, SessionStatus, Value
from inspect_pipelines.domain.target import Target
from member_site import PASSWORD, SEED, MemberSite
from session_requests import a_request

ACCOUNT = ExpectVisible(Target(role="heading", name="My account"))
SIGN_IN = Click(Target(role="button", name="Sign in"))
KEPT = LoginRules(is_kept=True)
PHONE = replace(DESKTOP, name="phone", width=390)


@pytest.fixture
def members() -> Iterator[MemberSite]:
    site = MemberSite()
    yield site
    site.close()


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBER_PASSWORD", PASSWORD)
    monkeypatch.setenv("MEMBER_SEED", SEED)


@pytest.fixture
def visit(
    play: Callable[..., SessionResult], members: MemberSite, secrets: None
) -> Callable[..., SessionResult]:
    """A session of a playbook that logs in."""
    return lambda *what, **changes: play(request=a_login(members, *what, **changes))


@pytest.fixture
def visit_with(play: Callable[..., SessionResult]) -> Callable[[SessionRequest], SessionResult]:
    return lambda request: play(request=request)


def a_login(
    members: MemberSite,
    *what: Step | Action,
    rules: LoginRules = KEPT,
    home: str = "/account",
    code: bool = False,
    org_id: str = "default",
    **changes: object,
) -> SessionRequest:
    codes = (Fill(Target(label="Code"), "{{totp:seed}}"),) if code else ()
    login = Step(
        "login",
        "Log in",
        (Goto("/login"), Fill(Target(label="Password"), "{{password}}"), *codes, SIGN_IN),
        (Goto(home), ACCOUNT),
        timeout_seconds=30.0,
    )
    values = {"password": Value("${env:MEMBER_PASSWORD}", True), "seed": Value("${env:MEMBER_SEED}", True)}
    request = a_request(
        members.url, *(what or (Goto("/orders"), TakeScreenshot("orders"))), values=values, **changes
    )
    playbook = replace(request.playbook, login=login, login_rules=rules)
    return replace(request, playbook=playbook, org_id=OrgId(org_id))


def of_login(result: SessionResult) -> list[str]:
    return [step.message.partition(" since ")[0] for step in result.steps if step.step_id == "login"]


def test_a_login_is_made_once_and_used_by_every_viewport_and_every_later_run(visit, members):
    first = visit(viewports=(DESKTOP, PHONE))
    second = visit()

    assert (first.status, second.status) == (SessionStatus.COMPLETED,) * 2, (first.error, second.error)
    assert members.logins == 1
    assert of_login(first) == ["logged in; the next runs need not", "the login kept"]
    assert of_login(second) == ["the login kept"]
    assert not first.findings
    assert not second.findings
    shots = {shot.view.viewport: shot.sha256 for shot in (*second.screenshots, *first.screenshots)}
    assert shots["desktop"] == second.screenshots[0].sha256  # whoever logged in sees what the others see


@pytest.mark.parametrize("kind", ["local", "session", "indexed"])
def test_what_scripts_keep_of_a_login_is_kept(visit, members, kind):
    members.kind = kind
    step = Step("app", "App", (Goto(f"/app?kind={kind}"),), (ExpectText(None, contains="Welcome back"),))

    results = [visit(step, home=f"/app?kind={kind}") for _ in range(2)]

    assert [each.status for each in results] == [SessionStatus.COMPLETED] * 2, results
    assert [each.findings for each in results] == [(), ()]
    assert members.logins == 1


def test_a_login_that_no_other_window_knows_is_made_each_time(visit_with, secrets, members):
    members.kind = "memory"
    request = a_login(members, Step("look", "Look", (), (ACCOUNT,)))
    login = request.playbook.login
    assert login is not None
    here = replace(login, success_criteria=(ACCOUNT,))

    results = [visit_with(replace(request, playbook=replace(request.playbook, login=here))) for _ in range(2)]

    assert [each.status for each in results] == [SessionStatus.COMPLETED] * 2, results
    assert members.logins == 3  # the first one was tried in another window
    for each in results:
        assert of_login(each) == [
            "logged in; this site knows nobody again in another window, so the login is not kept"
        ]


def test_a_login_that_the_site_has_ended_is_made_anew_and_is_no_finding(visit, members):
    visit()
    members.end_sessions()

    result = visit()

    assert (result.status, result.findings) == (SessionStatus.COMPLETED, ())
    assert members.logins == 2


def test_a_login_is_made_anew_after_its_time_for_another_name_and_for_another_organisation(visit, members):
    visit()
    visit(rules=replace(KEPT, max_age_seconds=3600.0))
    assert members.logins == 1
    visit(rules=replace(KEPT, max_age_seconds=0.001))
    assert members.logins == 2
    visit(rules=replace(KEPT, state="admin"))
    assert members.logins == 3
    visit(org_id="other")
    assert members.logins == 4


def test_a_wrong_password_is_one_finding_of_a_session_that_is_not_tried_again(visit, members, monkeypatch):
    monkeypatch.setenv("MEMBER_PASSWORD", "wrong-Password-1")

    first = visit(viewports=(DESKTOP, PHONE))
    second = visit()

    for each in (first, second):
        assert each.status is SessionStatus.AUTH
        assert not each.retry_may_help
        (finding,) = each.findings
        assert (finding.kind, finding.step_id, finding.viewport) == (FindingKind.AUTH, "login", "desktop")
        assert not each.screenshots
    assert first.error is not None
    assert first.error.startswith("auth: the login failed: goto leads to the login page")
    assert "and is not tried again before" in (second.error or "")
    assert "inspect-pipelines logins forget" in (second.error or "")
    assert members.refused == 1  # in two sessions with three viewports

    monkeypatch.setenv("MEMBER_PASSWORD", PASSWORD)
    assert visit().status is SessionStatus.COMPLETED  # a corrected one is tried at once
    assert (members.refused, members.logins) == (1, 1)


def test_a_login_without_a_check_is_made_in_each_viewport_and_a_refused_one_once(visit, members, monkeypatch):
    rules = LoginRules()

    assert visit(rules=rules, viewports=(DESKTOP, PHONE)).status is SessionStatus.COMPLETED
    assert members.logins == 2

    monkeypatch.setenv("MEMBER_PASSWORD", "wrong-Password-1")
    results = [visit(rules=rules, viewports=(DESKTOP, PHONE)) for _ in range(2)]
    assert [each.status for each in results] == [SessionStatus.AUTH] * 2
    assert members.refused == 1


def test_a_site_that_is_down_has_refused_nobody(visit, members):
    members.is_down = True

    result = visit()
    members.is_down = False

    assert result.status is SessionStatus.FAILED
    assert result.findings[0].kind is FindingKind.NAVIGATION
    assert visit().status is SessionStatus.COMPLETED


def test_a_login_that_ends_in_the_midst_is_told_as_that(visit, members):
    """The pictures of a login page would be told as changes of the shop."""
    members.ends_after = 4  # after the page that one comes to, its check, the new window's, and the basket
    steps = [
        Step(name, name, (Goto(f"/{name}"), TakeScreenshot(name))) for name in ("basket", "orders", "bills")
    ]

    result = visit(*steps)

    assert result.status is SessionStatus.AUTH
    assert result.retry_may_help
    (finding,) = result.findings
    assert (finding.kind, finding.step_id) == (FindingKind.AUTH, "orders")
    assert "after step 'orders' it was led to the login page" in finding.message
    assert "/login?next=/orders" in finding.message
    assert result.steps[-1].step_id == "bills"
    assert not result.steps[-1].status.is_played


def test_a_login_that_ends_at_the_same_address_is_told_as_that_and_not_as_what_failed(visit, members):
    members.kind = "local"
    members.ends_after = 3
    step = Step(
        "app",
        "App",
        (Goto("/app?kind=local"),),
        (ExpectText(None, contains="Welcome back"),),
        timeout_seconds=1.0,
    )

    result = visit(step, home="/app?kind=local")

    assert result.status is SessionStatus.AUTH
    (finding,) = result.findings
    assert finding.kind is FindingKind.AUTH
    assert "valid_when does not hold any more" in finding.message


def test_a_step_that_signs_out_ends_no_login(visit, members):
    steps = (
        Step("out", "Sign out", (Goto("/logout"),)),
        Step("look", "Look", (Goto("/account"), TakeScreenshot("signed-out"))),
    )

    result = visit(*steps, rules=replace(KEPT, until="out"))

    assert (result.status, result.findings) == (SessionStatus.COMPLETED, ())


def test_a_step_that_wants_the_login_page_is_led_to_it_on_purpose(visit, members):
    step = Step("out", "Sign out", (Goto("/logout"), Goto("/account")), (ExpectUrl("**/login**"),))

    assert (
        visit(step, rules=replace(KEPT, is_kept=True, until="")).status is SessionStatus.AUTH
    )  # asked at the end
    assert visit(step, rules=replace(KEPT, until="out")).status is SessionStatus.COMPLETED


def test_a_one_time_code_is_made_of_its_seed_and_none_is_used_twice(visit, members):
    members.wants_code = True
    again = replace(KEPT, state="again")

    results = [visit(code=True), visit(code=True, rules=again)]  # the second waits for the next code

    assert [each.status for each in results] == [SessionStatus.COMPLETED] * 2, results
    assert (members.logins, members.refused) == (2, 0)


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(seconds=-600), r"clock skew: the site's clock is (599|60\d) s behind this machine's"),
        (timedelta(), "both clocks agree, so look at the seed"),
    ],
)
def test_a_refused_code_tells_of_the_clocks(visit, members, monkeypatch, ahead, said):
    members.wants_code = True
    members.ahead = ahead
    if not ahead:
        monkeypatch.setenv("MEMBER_SEED", SEED[::-1].replace("P", "Q"))

    result = visit(code=True)

    assert result.status is SessionStatus.AUTH
    assert re.search(said, result.error or "")


def test_a_seed_that_is_none_is_not_shown(visit, members, monkeypatch):
    monkeypatch.setenv("MEMBER_SEED", "not a seed 1!")

    result = visit(code=True)

    assert "the value of 'seed' is no seed of one-time codes (not shown)" in (result.error or "")
    assert "not a seed" not in (result.error or "").replace("is no seed", "")
    assert members.refused == 0
