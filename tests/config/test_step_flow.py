"""When a step is played, and what stands around the steps."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.action import Goto
from inspect_pipelines.domain.expectation import ExpectVisible
from inspect_pipelines.domain.gesture import Press
from inspect_pipelines.domain.kept_login import LoginRules
from inspect_pipelines.domain.playbook import Step, When
from inspect_pipelines.domain.site_build import BuildSource
from inspect_pipelines.domain.target import Target

PLAYBOOK = """\
apiVersion: v1
kind: Playbook
metadata: {id: shop}
spec:
  base_url: https://shop.test
  variables: [{name: kind, default: big}]
  login:
    state: buyer
    max_age: 8h
    valid_when: [{goto: /account}, {expect_visible: h1}]
    actions: [{goto: /login}]
  setup: {instruction: Empty the basket., actions: [{goto: /reset}]}
  steps:
    - id: home
      success_criteria: [Nothing overlaps]
      actions: [{goto: "/{{kind}}"}, {screenshot: home}]
    - id: coupon
      condition: It is offered
      when: {visible: "#coupon", hidden: {role: dialog}, url: "**/pay", var: {name: kind, equals: big}, within: 5s}
      optional: true
      retries: 2
      actions: [{press: Enter}]
    - {id: banner, when: .banner, actions: [{press: Escape}]}
    - {id: post, condition: On Mondays, actions: [{press: Enter}]}
    - {id: call, instruction: Call the shop., manual: true}
  teardown: Send the chair back.
"""


def test_steps_say_when_and_how_often_they_are_played_and_what_stands_around_them(folder):
    folder.write("playbooks/shop.yaml", PLAYBOOK)

    project = folder.load()

    (playbook,) = project.playbooks
    home, coupon, banner, post, call = playbook.steps
    assert coupon == Step(
        "coupon",
        "coupon",
        (Press("Enter"),),
        when=When(Target(selector="#coupon"), Target(role="dialog"), "**/pay", "kind", "big", 5.0),
        condition="It is offered",
        optional=True,
        retries=2,
    )
    assert banner.when == When(visible=Target(selector=".banner"))
    assert (home.unchecked, coupon.unchecked) == (("Nothing overlaps",), ())
    assert post.unchecked == ("condition: On Mondays",)
    assert call.manual
    assert playbook.login == Step(
        "login", "Log in", (Goto("/login"),), (Goto("/account"), ExpectVisible(Target(selector="h1")))
    )
    assert playbook.login_rules == LoginRules(is_kept=True, state="buyer", max_age_seconds=8 * 3600.0)
    assert playbook.setup == Step("setup", "Set up", (Goto("/reset"),), instruction="Empty the basket.")
    assert playbook.teardown == Step(
        "teardown", "Tear down", (), instruction="Send the chair back.", manual=True
    )
    assert [step.id for step in playbook.every_step][:3] == ["login", "setup", "home"]
    assert [warning.partition("  ")[2] for warning in project.warnings] == [
        "spec.steps[3].condition  is prose, so the browser plays the step always; say it in 'when' too, for example {visible: '#coupon'}",
    ]


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("x-build", BuildSource(header="x-build")),
        ("{meta: build, url: /about}", BuildSource("/about", meta="build")),
        ("{url: /version.json, json: git.sha}", BuildSource("/version.json", json="git.sha")),
        ("{url: /version.txt}", BuildSource("/version.txt")),
    ],
)
def test_a_playbook_says_where_its_site_says_its_build(folder, written, source):
    folder.write("playbooks/shop.yaml", PLAYBOOK + f"  build: {written}\n")

    (playbook,) = folder.load().playbooks

    assert playbook.build == source
