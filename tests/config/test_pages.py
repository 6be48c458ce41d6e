"""`page`, and where and when pages believe to be: what is written, what it means, and what is wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.page_setting import Cookie, Credentials, Dismiss, Stub, Surroundings, Wire
from inspect_pipelines.domain.playbook import DESKTOP
from inspect_pipelines.domain.target import Target

STEPS = "  steps: [{id: home, actions: [{goto: /}, {screenshot: home}]}]\n"
BASE = "  base_url: https://shop.test\n"
SECRET = "  variables: [{name: word, secret: true, default: '${env:WORD}'}]\n"
HEAD = "apiVersion: v1\nkind: Playbook\nmetadata: {id: shop}\nspec:\n"
PAGE = """\
  locale: nb-NO
  freeze_time: 2026-12-24T10:00:00+01:00
  geolocation: {latitude: 59.9, longitude: 10.7}
  viewports:
    - {name: phone, device: iPhone 13, orientation: landscape, color_scheme: dark}
    - {name: far, width: 800, height: 600, orientation: landscape, locale: en-GB, timezone: Asia/Tokyo, permissions: notifications}
  page:
    style: ".ad { display: none }"
    dismiss: [{when: "#cookies", click: {role: button, name: No}}, .close]
    stub: [{url: /api/offers, json: {all: []}}, {url: "**/ads/*", method: POST, status: 204}]
    headers: {X-Test: "{{word}}"}
    cookies: [{name: seen, value: "1"}]
    basic_auth: {username: ada, password: "{{word}}"}
    ignore_https_errors: true
  findings:
    ignore: [{console: "ResizeObserver*", reason: SHOP-812}]
"""


def test_a_page_is_closed_answered_dressed_and_surrounded_as_the_playbook_says(folder):
    folder.write("playbooks/shop.yaml", HEAD + BASE + SECRET + PAGE + STEPS)

    project = folder.load()

    (playbook,) = project.playbooks
    phone, far = playbook.viewports
    noon = datetime(2026, 12, 24, 9, tzinfo=UTC)
    assert (phone.width, phone.height) == (844, 390)
    assert phone.surroundings == Surroundings("nb-NO", "UTC", "dark", 59.9, 10.7, ("geolocation",), noon)
    assert (far.width, far.height) == (800, 600)
    assert far.surroundings == Surroundings(
        "en-GB", "Asia/Tokyo", "light", 59.9, 10.7, ("notifications",), noon
    )
    assert playbook.page.style == ".ad { display: none }"
    assert playbook.page.dismiss == (
        Dismiss(Target(selector="#cookies"), Target(role="button", name="No")),
        Dismiss(Target(selector=".close"), Target(selector=".close")),
    )
    assert playbook.page.stubs == (
        Stub("/api/offers", 200, '{"all": []}', "application/json"),
        Stub("**/ads/*", 204, method="POST"),
    )
    assert playbook.page.wire == Wire(
        (("X-Test", "{{word}}"),), (Cookie("seen", "1"),), Credentials("ada", "{{word}}"), True
    )
    assert playbook.rearranges
    (ignored,) = playbook.findings.ignore
    assert (ignored.kinds, ignored.text) == ((FindingKind.CONSOLE_ERROR,), "ResizeObserver")
    assert [warning.partition("  ")[2] for warning in project.warnings] == [
        "spec.page.ignore_https_errors  nobody checks whom the secrets of this playbook are told; give the machine the site's certificate instead"
    ]  # fmt: skip


def test_a_playbook_that_says_nothing_is_surrounded_as_ever(folder):
    (playbook,) = folder.load().playbooks

    assert playbook.viewports == (DESKTOP,)
    assert not playbook.rearranges


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("  locale: norsk\n", "spec.locale  'norsk' is not a locale; write 'nb-NO', 'en-GB' or 'de'"),
        ("  timezone: Oslo\n", "spec.timezone  'Oslo' is not an IANA time zone (did you mean 'Europe/Oslo'?)"),
        ("  freeze_time: noon\n", "spec.freeze_time  'noon' is not a time; write '2026-12-24T09:00:00Z'"),
        ("  permissions: camra\n", "spec.permissions  'camra' is no permission (did you mean 'camera'?)"),
        ("  geolocation: {latitude: 91, longitude: 0}\n", "spec.geolocation.latitude  '91': should be less than or equal to 90"),
        ("  browser: firefox\n", "spec.browser  'firefox' is not 'chromium'"),
        ("  page: {locale: nb-NO}\n", "spec.page.locale  'locale' does not stand here; it stands under spec, or at a viewport"),
        ("  page: {proxy: 'http://p'}\n", "spec.page.proxy  'proxy' is not supported yet; the session's own gate is the browser's proxy; let the machine's network lead to the site"),
        ("  page: {headers: {'a b': c}}\n", "spec.page.headers.a b  'a b' is not a header's name"),
        ("  page: {headers: {Host: c}}\n", "spec.page.headers.Host  'Host' is the browser's own; take it out"),
        ("  page: {headers: {Authorization: Bearer hunter2}}\n", "spec.page.headers.Authorization  a secret is a variable that says 'secret: true'; write '{{name}}' (what stands here is not shown)"),
        ("  page: {basic_auth: {username: a, password: hunter2}}\n", "spec.page.basic_auth.password  a secret is a variable that says 'secret: true'; write '{{name}}' (what stands here is not shown)"),
        ("  page: {stub: [{url: /a, body: '{{word}}'}]}\n", "spec.page.stub[0]  holds a secret, which a page must not be told"),
        ("  page: {stub: [{url: /a, body: b, json: 1}]}\n", "spec.page.stub[0]  'json' and 'body' cannot go together; keep one of them"),
        ("  page: {dismiss: [{click: a}]}\n", "spec.page.dismiss[0]  lacks the key 'when'"),
        ("  findings: {ignore: [{console: 'a*b', reason: c}]}\n", "spec.findings.ignore[0].console  may have '*' at its ends only; any part of what the console says will do"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(folder, lines, problem):
    folder.write("playbooks/shop.yaml", HEAD + BASE + SECRET + lines + STEPS)

    problems = [line.partition("  ")[2] for line in folder.problems()]

    assert problem in problems
    assert "hunter2" not in "".join(problems)


def test_what_goes_with_requests_needs_a_host_to_go_to(folder):
    steps = STEPS.replace("goto: /", "goto: 'https://shop.test'")
    folder.write("playbooks/shop.yaml", HEAD + "  page: {headers: {X-A: b}}\n" + steps)

    assert [line.partition("  ")[2] for line in folder.problems()] == [
        "spec.page.headers  goes to the playbook's own hosts, and there is no base_url; add one under spec"
    ]
