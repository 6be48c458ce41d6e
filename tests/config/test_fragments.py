"""`use`: what fragments stand for, and how they are misused."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.action import Goto
from inspect_pipelines.domain.gesture import Click, Fill
from inspect_pipelines.domain.target import Target

HEAD = "apiVersion: v1\nkind: Fragment\nmetadata: {id: %s}\nspec:\n"
SIGN_IN = (
    HEAD % "sign-in"
    + """\
  parameters: [who, {name: button, default: Sign in}]
  actions:
    - use: {fragment: open, with: {path: /login}}
    - fill: {label: Email, value: "{{who}}"}
    - click: {role: button, name: "{{button}}"}
"""
)
OPEN = HEAD % "open" + "  parameters: [path]\n  actions: [{goto: '{{path}}'}]\n"


@pytest.fixture
def shared(folder):
    folder.write("fragments/sign-in.yaml", SIGN_IN)
    folder.write("fragments/open.yaml", OPEN)
    return folder


def a_playbook(use: str) -> str:
    return f"""\
apiVersion: v1
kind: Playbook
metadata: {{id: shop}}
spec:
  base_url: https://shop.test
  viewports: [{{name: desktop, width: 1280, height: 800}}, {{name: phone, device: iPhone 13}}]
  variables: [{{name: email, secret: true, required: true}}]
  steps:
    - id: home
      actions:
        - {use}
        - screenshot: home
"""


def test_a_use_stands_for_the_fragments_actions_with_its_parameters_filled(shared):
    shared.write(
        "playbooks/shop.yaml", a_playbook('{use: {fragment: sign-in, with: {who: "{{email}}"}}, only: phone}')
    )
    shared.write(
        "schedules.yaml",
        (shared.root / "schedules.yaml").read_text() + "    variables: {email: '${env:MAIL}'}\n",
    )

    (playbook,) = shared.load().playbooks

    phone = ("phone",)
    assert playbook.steps[0].actions[:3] == (
        Goto("/login", only=phone),
        Fill(Target(label="Email"), "{{email}}", only=phone),
        Click(Target(role="button", name="Sign in"), only=phone),
    )


@pytest.mark.parametrize(
    ("use", "problem"),
    [
        ("use: sing-in", "11:16  spec.steps[0].actions[0].use  'sing-in' is no fragment (did you mean 'sign-in'?)"),
        ("use: sign-in", "11:16  spec.steps[0].actions[0].use  fragment 'sign-in' needs 'who'; give it under 'with'"),
        ("use: {fragment: sign-in, with: {whom: ada}}", "11:16  spec.steps[0].actions[0].use  'whom' is no parameter of fragment 'sign-in' (did you mean 'who'?)"),
        ("use: {fragment: sign-in, with: {who: '{{mail}}'}}", "11:48  spec.steps[0].actions[0].use.with.who  '{{mail}}' names no variable of this playbook (did you mean 'email'?)"),
    ],
)  # fmt: skip
def test_a_misused_fragment_is_named_where_it_is_used(shared, use, problem):
    shared.write("playbooks/shop.yaml", a_playbook(use))

    problems = [line for line in shared.problems() if line.startswith("playbooks/")]

    assert problems == [f"playbooks/shop.yaml:{problem}"]


@pytest.mark.parametrize(
    ("name", "spec", "problem"),
    [
        ("open", "  parameters: [path]\n  actions: [{use: {fragment: sign-in, with: {who: '{{path}}'}}}]\n", "6:19  spec.actions[0].use  leads in a circle: open > sign-in > open; take one of them out"),
        ("open", "  parameters: [path]\n  actions: [{goto: '{{pth}}'}]\n", "6:20  spec.actions[0].goto  '{{pth}}' names no parameter of this fragment (did you mean 'path'?)"),
        ("open", "  parameters: [path]\n  actions: [{goto: '{{path}}', only: phone}]\n", "6:38  spec.actions[0].only  names viewports, which are a playbook's; write 'only' beside its 'use'"),
        ("open", "  parameters: [path]\n  actions: [{gto: '{{path}}'}]\n", "6:14  spec.actions[0].gto  unknown key 'gto' (did you mean 'goto'?)"),
        ("sign-in", "  parameters: [who, who]\n  actions: [{goto: '/{{who}}'}]\n", "5:21  spec.parameters[1]  'who' is a parameter already"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_fragment_is_named_in_its_own_file(shared, name, spec, problem):
    shared.write(f"fragments/{name}.yaml", HEAD % name + spec)

    problems = [line for line in shared.problems() if line.startswith(f"fragments/{name}")]

    assert problem in [line.removeprefix(f"fragments/{name}.yaml:") for line in problems]
