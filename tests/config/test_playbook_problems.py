"""Each bad input of a playbook, with its whole message."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest
from playwright._impl.internal_structures import AriaRole

from inspect_pipelines.domain.action import Goto
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.ignore import Ignore
from inspect_pipelines.domain.target import ROLES

STEPS = "  steps:\n    - id: home\n      actions: [{goto: 'https://a.test'}, {screenshot: home}]\n"
NOT_AN_ID = "is not an id: letters, digits, '-' and '_', at most 100, a letter or digit at both ends"


def a_step(action: str) -> str:
    return f"  steps:\n    - id: home\n      actions:\n        - {action}\n"


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        ("hovr: '#id'", "unknown key 'hovr' (did you mean 'hover'?)"),
        ("{clck: '#id'}", "unknown key 'clck' (did you mean 'click'?)"),
        (
            "popup: '#id'",
            "'popup' does not stand here; write what opens it, then {expect_popup: '**/terms'}: the step goes on in the new window",
        ),
    ],
)
def test_an_unknown_verb_is_named(playbook_problems, action, problem):
    verb = action.strip("{").partition(":")[0]

    found = playbook_problems(a_step(action))

    column = 12 if action.startswith("{") else 11
    none = "spec.steps[0].actions[0]  an action has exactly one verb, found none"
    assert [line for line in found if none not in line] == [
        f"playbooks/shop.yaml:8:{column}  spec.steps[0].actions[0].{verb}  {problem}"
    ]


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        ("{goto: /a, click: b}", "8:11  spec.steps[0].actions[0]  an action has exactly one verb, found 'goto' and 'click'"),
        ("{}", "8:11  spec.steps[0].actions[0]  an action has exactly one verb, found none"),
        ("screenshot", "8:11  spec.steps[0].actions[0]  'screenshot' is not a mapping (`key: value` lines)"),
        ("goto: /a", "8:17  spec.steps[0].actions[0].goto  '/a' is relative, but the playbook has no base_url; add one under spec"),
        ("goto: 'file:///etc/passwd'", "8:17  spec.steps[0].actions[0].goto  'file:///etc/passwd' is neither a path nor an address that starts with 'https://'"),
        ("goto: 5", "8:17  spec.steps[0].actions[0].goto  '5' is not a mapping (`key: value` lines)"),
        ("click: {}", "8:18  spec.steps[0].actions[0].click  names no element; use one of selector, role, label, text, placeholder, test_id, title, alt"),
        ("click: {role: button, text: Pay}", "8:18  spec.steps[0].actions[0].click  'role' and 'text' cannot go together; name the element in one way"),
        ("click: {role: buton, name: Pay}", "8:18  spec.steps[0].actions[0].click  'buton' is no role of ARIA (did you mean 'button'?); no element has it"),
        ("click: {selector: li, has: {role: lnk}}", "8:38  spec.steps[0].actions[0].click.has  'lnk' is no role of ARIA (did you mean 'link'?); no element has it"),
        ("click: {label: Pay, name: Pay}", "8:18  spec.steps[0].actions[0].click  'name' is an element's accessible name and needs 'role' beside it"),
        ("press: {key: Enter, frame: iframe}", "8:18  spec.steps[0].actions[0].press  'frame' alone names no element"),
        ("fill: '#id'", "8:17  spec.steps[0].actions[0].fill  '#id' is not a mapping (`key: value` lines)"),
        ("fill: {label: Card}", "8:17  spec.steps[0].actions[0].fill  lacks the key 'value'"),
        ("fill: {label: Card, value: 4242}", "8:38  spec.steps[0].actions[0].fill.value  '4242' is not a text; write: - fill: {label: Card, value: \"4242\"}"),
        ("expect_text: {selector: h1}", "8:24  spec.steps[0].actions[0].expect_text  needs exactly one of 'equals' and 'contains'"),
        ("wait_for: {selector: h1, state: gone}", "8:43  spec.steps[0].actions[0].wait_for.state  'gone' is not one of 'visible', 'hidden', 'attached', 'detached'"),
        ("wait_for: {selector: h1, timeout: soon}", "8:45  spec.steps[0].actions[0].wait_for.timeout  'soon' is not a duration; write '500ms', '45s', '2m' or '8h'"),
        ("wait_for: {selector: h1, timeout: 1h}", "8:45  spec.steps[0].actions[0].wait_for.timeout  3600 seconds is not between 0 and 600 (10 minutes)"),
        ("screenshot: a/b", "8:23  spec.steps[0].actions[0].screenshot  the view name 'a/b' must have 1 to 100 characters, without '/', '@' and '{{'"),
        ("screenshot: {name: a@b}", "8:30  spec.steps[0].actions[0].screenshot.name  the view name 'a@b' must have 1 to 100 characters, without '/', '@' and '{{'"),
        ("screenshot: {name: a, tolerance: -1}", "8:44  spec.steps[0].actions[0].screenshot.tolerance  '-1': should be greater than or equal to 0"),
        ("screenshot: {name: a, clip: {x: 0, y: 0, width: 0, height: 5}}", "8:59  spec.steps[0].actions[0].screenshot.clip.width  '0': should be greater than or equal to 1"),
        ("expect_url: '{{shop}}/x'", "8:23  spec.steps[0].actions[0].expect_url  '{{shop}}' names no variable of this playbook; declare it under spec.variables"),
        ("expect_url: '{{shop-url}}/x'", "8:23  spec.steps[0].actions[0].expect_url  '{{shop-url}}/x' is not a placeholder; write '{{name}}'"),
    ],
)  # fmt: skip
def test_a_wrong_action_is_named(playbook_problems, action, problem):
    assert playbook_problems(a_step(action)) == [f"playbooks/shop.yaml:{problem}"]


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ("  build: {header: a, meta: b}\n" + STEPS, "5:10  spec.build  has header and meta; a build is read in one place"),
        ("  build: {json: 'a['}\n" + STEPS, "5:10  spec.build  json 'a[' is no JMESPath: Invalid jmespath expression: Incomplete expression:"),
        ("  steps: []\n", "5:10  spec.steps  is empty; it needs at least one entry"),
        ("  base_url: https://a.test\n", "5:3  spec  lacks the key 'steps'"),
        ("  base_url: a.test\n" + STEPS, "5:13  spec.base_url  'a.test' is not a URL: it must start with 'https://' or 'http://'"),
        ("  login: {state: a}\n" + STEPS, "5:10  spec.login  lacks the key 'actions'"),
        ("  base_url: https://a.test\n  login: {actions: [{goto: /in}], max_age: 8h}\n" + STEPS, "6:44  spec.login.max_age  is of a login that is kept, and only one that can be checked is; say in 'valid_when' by what it is known: valid_when: [{goto: /account}, {expect_visible: {role: heading, name: My account}}]"),
        ("  base_url: https://a.test\n  login: {actions: [{goto: /in}], valid_when: [{goto: /me}]}\n" + STEPS, "6:47  spec.login.valid_when  expects nothing; say by what a login is known, as {expect_visible: ..}"),
        ("  base_url: https://a.test\n  login: {actions: [{goto: /in}], valid_when: [{expect_visible: h1}]}\n" + STEPS, "6:47  spec.login.valid_when  opens no page, and a kept login is checked in an empty window; begin with {goto: /account}"),
        ("  base_url: https://a.test\n  login: {actions: [{goto: /in}], until: hom}\n" + STEPS, "6:42  spec.login.until  'hom' is no step of this playbook (did you mean 'home'?)"),
        ("  base_url: https://a.test\n  login: {actions: [{goto: /in}], until: zzz}\n" + STEPS, "6:42  spec.login.until  'zzz' is no step of this playbook; steps: home"),
        ("  variables: [{name: a}]\n  login: {actions: [{fill: {selector: i, value: '{{totp:a}}'}}]}\n" + STEPS, "6:49  spec.login.actions[0].fill.value  '{{totp:a}}' is made of a seed, so 'a' must be a secret variable: 'secret: true' and '${env:NAME}'"),
        ("  variables: [{name: a, secret: true}]\n  login: {actions: [{press: '{{totp:a}}'}]}\n" + STEPS, "6:29  spec.login.actions[0].press  '{{totp:a}}' is a one-time code, which only 'fill', 'type' and 'request' hand out"),
        ("  setup: {}\n" + STEPS, "5:10  spec.setup  says nothing; give it actions, or take it out"),
        ("  teardown: {actions: [{screenshot: after}]}\n" + STEPS, "5:24  spec.teardown.actions[0]  no picture is taken in the teardown; take it in a step"),
        ("  setup: text\n" + STEPS.replace("id: home", "id: setup"), "7:11  spec.steps[0].id  'setup' is what spec.setup is called; call the step otherwise"),
        ("  runner: agent\n" + STEPS, "5:11  spec.runner  'agent' is not one of 'browser', 'open-inspect'"),
        ("  stps: 1\n" + STEPS, "5:3  spec.stps  unknown key 'stps' (did you mean 'steps'?)"),
        ("  zzz: 1\n" + STEPS, "5:3  spec.zzz  unknown key 'zzz'; known are locale, timezone, color_scheme, geolocation, permissions, freeze_time, browser, base_url, runner, variables, viewports, page, findings, evidence, build, login, setup, steps, teardown"),
        ("  findings: {fail_on: warn}\n" + STEPS, "5:23  spec.findings.fail_on  'warn' is not one of 'error', 'warning', 'never' (did you mean 'warning'?)"),
        ("  viewports: [{name: phone, device: iPhone 31}]\n" + STEPS, "5:37  spec.viewports[0].device  'iPhone 31' is not a device of ours (did you mean 'iPhone 13'?)"),
        ("  viewports: [{name: phone, device: Zune}]\n" + STEPS, "5:37  spec.viewports[0].device  'Zune' is not a device of ours; known are iPhone SE, iPhone 13, iPhone 15 Pro Max, Pixel 7, Galaxy S24, iPad Mini, Laptop, Full HD"),
        ("  viewports: [{name: wide, width: 1280}]\n" + STEPS, "5:15  spec.viewports[0]  needs 'width' and 'height', or a 'device'"),
        ("  viewports: [{name: a@b, width: 1, height: 1}]\n" + STEPS, "5:22  spec.viewports[0].name  'a@b' must have 1 to 100 characters, none of them '/' or '@'"),
        ("  viewports: [{name: a, width: 1, height: 1}, {name: a, device: Pixel 7}]\n" + STEPS, "5:54  spec.viewports[1].name  'a' is the name of viewports[0] already"),
        ("  variables: [{name: a-b}]\n" + STEPS, "5:22  spec.variables[0].name  'a-b' is not a variable's name: letters, digits and '_'"),
        ("  variables: [{name: a, type: number}]\n" + STEPS, "5:31  spec.variables[0].type  'number' is not one of 'string', 'text', 'url', 'int', 'boolean', 'enum', 'login', 'sha', 'path_list'"),
        ("  variables: [{name: a, type: enum}]\n" + STEPS, "5:15  spec.variables[0]  'choices' belong to the type 'enum', and it needs them"),
        ("  variables: [{name: a, type: enum, choices: [x, y], default: z}]\n" + STEPS, "5:63  spec.variables[0].default  'z' is not one of 'x', 'y'"),
        ("  variables: [{name: a, required: true, default: x}]\n" + STEPS, "5:50  spec.variables[0].default  a required variable has no default; keep one of the two"),
        ("  variables: [{name: a, default: '{{b}}'}]\n" + STEPS, "5:34  spec.variables[0].default  '{{b}}': a default holds no placeholder"),
        ("  variables: [{name: a, default: '${env:A}'}]\n" + STEPS, "5:34  spec.variables[0].default  '${env:A}' is a secret, but the variable 'a' does not say 'secret: true'"),
        ("  variables: [{name: a, secret: true, default: hunter2}]\n" + STEPS, "5:48  spec.variables[0].default  a secret is written as '${env:NAME}' or '${file:/path}', never as its value (which is not shown here)"),
        ("  variables: [{name: a, secret: true, default: [hunter2]}]\n" + STEPS, "5:48  spec.variables[0].default  a secret is written as '${env:NAME}' or '${file:/path}', never as its value (which is not shown here)"),
        ("  variables: [{name: a}, {name: a}]\n" + STEPS, "5:33  spec.variables[1].name  'a' is the name of variables[0] already"),
        (STEPS + "    - {id: home, actions: [{press: Enter}]}\n", "8:12  spec.steps[1].id  'home' is the id of steps[0] already"),
        (STEPS + "    - {id: a b, actions: [{press: Enter}]}\n", f"8:12  spec.steps[1].id  'a b' {NOT_AN_ID}"),
        (STEPS + "    - {id: two, actions: [{screenshot: home}]}\n", "8:40  spec.steps[1].actions[0].screenshot  the view name 'home' is taken by the screenshot on line 7"),
        (STEPS + "    - {id: two, instruction: Look}\n", "8:7  spec.steps[1]  step 'two' has no actions, and prose alone is nothing that the browser can play; give it actions, or write 'manual: true' where a person does it"),
        (STEPS + "    - {id: two, success_criteria: [Nice]}\n", "8:7  spec.steps[1]  step 'two' has no actions, and prose alone is nothing that the browser can play; give it actions, or write 'manual: true' where a person does it"),
        (STEPS + "    - {id: two, success_criteria: [{text: a, expect_url: b, expect_visible: c}]}\n", "8:36  spec.steps[1].success_criteria[0]  needs one of expect_text, expect_visible, expect_hidden, expect_count, expect_url, expect_value, expect_title, expect_response, expect_aria, or 'text' for prose"),
        (STEPS + "    - {id: two, success_criteria: [{}]}\n", "8:36  spec.steps[1].success_criteria[0]  needs one of expect_text, expect_visible, expect_hidden, expect_count, expect_url, expect_value, expect_title, expect_response, expect_aria, or 'text' for prose"),
        (STEPS + "    - {id: two, when: {}, actions: [{press: Enter}]}\n", "8:23  spec.steps[1].when  says nothing; use one of visible, hidden, url, var"),
        (STEPS + "    - {id: two, when: {visble: a}, actions: [{press: Enter}]}\n", "8:24  spec.steps[1].when.visble  unknown key 'visble' (did you mean 'visible'?)"),
        (STEPS + "    - {id: two, when: {var: kind}, actions: [{press: Enter}]}\n", "8:29  spec.steps[1].when.var  'kind' is no variable of this playbook; declare it under spec.variables"),
        (STEPS + "    - {id: two, retries: 9, actions: [{press: Enter}]}\n", "8:26  spec.steps[1].retries  '9': should be less than or equal to 5"),
        (STEPS + "    - {id: two, manual: true, actions: [{press: Enter}]}\n", "8:25  spec.steps[1].manual  step 'two' is manual, so nothing of it is played; take 'manual' out, or its actions and expectations"),
        (STEPS + "    - {id: two, actions: [{use: sign-in}]}\n", "8:33  spec.steps[1].actions[0].use  'sign-in' is no fragment; write it in fragments/NAME.yaml"),
    ],
)  # fmt: skip
def test_a_wrong_line_of_a_playbook_is_named(playbook_problems, spec, problem):
    problems = playbook_problems(spec)

    assert problems == [f"playbooks/shop.yaml:{problem}"]
    assert "hunter2" not in "".join(problems)


def test_a_playbooks_id_is_an_id(folder):
    text = (folder.root / "playbooks/shop.yaml").read_text().replace("id: shop}", "id: a/b}")
    folder.write("playbooks/two.yaml", text)

    assert folder.problems() == [f"playbooks/two.yaml:3:16  metadata.id  'a/b' {NOT_AN_ID}"]


def test_two_playbooks_may_not_have_one_id(folder):
    folder.write("playbooks/two.yaml", (folder.root / "playbooks/shop.yaml").read_text())

    assert folder.problems() == [
        "playbooks/two.yaml:3:16  metadata.id  'shop' is the id of the playbook in playbooks/shop.yaml already"
    ]


def test_a_playbook_that_cannot_be_read_does_not_make_its_schedules_wrong(folder):
    folder.write("playbooks/shop.yaml", "a: [")

    problems = folder.problems()

    assert problems == ["playbooks/shop.yaml:1:5  a '[' is never closed; write: a: []"]


def an_entry(entry: str) -> str:
    return f"  findings:\n    ignore:\n      - {entry}\n" + STEPS


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{text: ad.js}", "7:9  spec.findings.ignore[0]  lacks the key 'reason'"),
        ("{reason: theirs}", "7:9  spec.findings.ignore[0]  says nothing of what to ignore; name its 'kind', a part of its 'text' or its 'url'"),
        ("{text: ad.js, reason: ' '}", "7:31  spec.findings.ignore[0].reason  needs 1 to 200 characters: why nobody minds it"),
        ("{kind: console_eror, reason: a}", "7:16  spec.findings.ignore[0].kind  'console_eror' is no kind of finding (did you mean 'console_error'?)"),
        ("{kind: [slow, action], reason: a}", "7:16  spec.findings.ignore[0].kind  'action' is never ignored: what could not be done ends the playing; take the action out"),
        ("{kind: x, reason: a}", "7:16  spec.findings.ignore[0].kind  'x' is no kind of finding; known are expectation, navigation, page_error, console_error, request_failed, broken_image, broken_font, dialog, popup, slow, unstable, not_quiet, mask_unmatched, mask_large, dismissed, stub_unused, truncated, reported, shown_again"),
        ("{url: 'https://a.test/[', reason: a}", "7:15  spec.findings.ignore[0].url  pattern 'https://a.test/[' has an unclosed '['"),
        ("{text: a, reason: a, until: 2026-13-01}", "7:37  spec.findings.ignore[0].until  '2026-13-01' is not a day; write '2026-12-24'"),
        ("{text: a, reason: a, untill: 2026-12-01}", "7:30  spec.findings.ignore[0].untill  unknown key 'untill' (did you mean 'until'?)"),
    ],
)  # fmt: skip
def test_a_wrong_ignore_entry_is_named(playbook_problems, entry, problem):
    assert playbook_problems(an_entry(entry)) == [f"playbooks/shop.yaml:{problem}"]


def test_an_ignore_entry_holds_no_placeholder(playbook_problems):
    """It would never match: entries are compared with what the browser says."""
    variables = "  variables: [{name: host, default: a}]\n"

    (problem,) = playbook_problems(variables + an_entry("{url: '*://{{host}}/**', reason: a}"))

    assert "ignore[0].url  holds no placeholder; use '*' and '**' in 'url'" in problem


def test_entries_without_end_are_too_many(playbook_problems):
    entries = "".join(f"      - {{text: a{number}, reason: a}}\n" for number in range(101))

    assert playbook_problems("  findings:\n    ignore:\n" + entries + STEPS) == [
        "playbooks/shop.yaml:7:7  spec.findings.ignore  has 101 entries; more than 100 hide what they were to show"
    ]


PHONE = "  viewports: [{name: desktop, width: 1280, height: 800}, {name: phone, device: iPhone 13}]\n"


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        (PHONE + STEPS + "      only: [phnoe]\n", "9:13  spec.steps[0].only  'phnoe' is no viewport of this playbook (did you mean 'phone'?)"),
        (PHONE + STEPS + "      only: tablet\n", "9:13  spec.steps[0].only  'tablet' is no viewport of this playbook; there is 'desktop', 'phone'"),
        (STEPS + "      only: [phone]\n", "8:13  spec.steps[0].only  'phone' is no viewport of this playbook; there is 'desktop'"),
        (PHONE + STEPS + "      only: []\n", "9:13  spec.steps[0].only  is empty; it needs at least one entry"),
        (PHONE + STEPS + "      success_criteria: [{expect_visible: h1, only: phoney}]\n", "9:53  spec.steps[0].success_criteria[0].only  'phoney' is no viewport of this playbook (did you mean 'phone'?)"),
        (PHONE + STEPS + "    - {id: two, only: desktop, actions: [{press: Enter, only: [phone]}]}\n", "9:63  spec.steps[1].actions[0].only  is never done: its step is played on 'desktop' only"),
    ],
)  # fmt: skip
def test_an_only_names_viewports_of_its_playbook(playbook_problems, spec, problem):
    assert playbook_problems(spec) == [f"playbooks/shop.yaml:{problem}"]


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        ("goto: {url: 'https://a.test', expect_status: 99}", "8:56  spec.steps[0].actions[0].goto.expect_status  '99': should be greater than or equal to 200"),
        ("goto: {url: 'https://a.test', expect_status: gone}", "8:56  spec.steps[0].actions[0].goto.expect_status  'gone' is not a whole number"),
        ("{expect_url: '**', expect_status: 404}", "8:30  spec.steps[0].actions[0].expect_status  'expect_status' does not stand here; write it at the goto: {url: /gone, expect_status: 404}"),
    ],
)  # fmt: skip
def test_a_status_is_expected_of_a_goto(playbook_problems, action, problem):
    assert playbook_problems(a_step(action)) == [f"playbooks/shop.yaml:{problem}"]


def test_what_is_ignored_where_and_until_when_is_read(folder):
    folder.write(
        "playbooks/shop.yaml",
        "apiVersion: v1\nkind: Playbook\nmetadata: {id: shop}\nspec:\n"
        + PHONE
        + an_entry("{kind: slow, text: ' a  b ', url: '**/x', reason: 'it  is known', until: 2026-11-22}")
        + "    - id: more\n      actions:\n"
        + "        - {screenshot: menu, only: phone}\n"
        + "        - goto: {url: 'https://a.test/gone', expect_status: 404}\n",
    )

    project = folder.load()

    (playbook,) = project.playbooks
    assert playbook.findings.ignore == (
        Ignore("it is known", (FindingKind.SLOW,), "a b", "**/x", date(2026, 11, 22)),
    )
    menu, gone = playbook.steps[1].actions
    assert (menu.only, gone) == (("phone",), Goto("https://a.test/gone", 404))
    assert project.warnings == ()


def test_an_entry_that_has_ended_and_a_viewport_that_plays_nothing_are_warned_of(folder):
    """An end that nobody hears of is a run that fails one night, for a reason that everybody has forgotten."""
    folder.write(
        "playbooks/shop.yaml",
        "apiVersion: v1\nkind: Playbook\nmetadata: {id: shop}\nspec:\n"
        + PHONE
        + an_entry("{kind: slow, reason: known, until: 2026-11-21}")
        + "      only: [phone]\n",
    )

    assert folder.load().warnings == (
        "playbooks/shop.yaml:5:22  spec.viewports[0].name  no step does anything on 'desktop'; take the viewport out, or name it in an 'only'",
        "playbooks/shop.yaml:8:44  spec.findings.ignore[0].until  ended on 2026-11-21: what it names counts again; take the entry out, or give it a new end",
    )


def test_the_roles_that_are_known_are_those_that_playwright_finds():
    assert (
        sorted({*get_args(AriaRole)} | {"mark"}) == ROLES
    )  # which its driver knows, and its list of words forgot
