"""`open_inspect` of organization.yaml."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.control_plane import ControlPlane
from inspect_pipelines.domain.definition_change import settings_between
from inspect_pipelines.domain.organization import Organization

HEAD = "apiVersion: v1\nkind: OrganizationConfig\nopen_inspect:\n"
WHOLE = """\
  url: https://control.acme.example/
  secret: ${env:OI_SECRET}
  actor: github:inspect-qa
"""


def test_an_organisation_says_where_its_agents_are_and_plan_shows_the_difference(folder):
    folder.write("organization.yaml", f"{HEAD}{WHOLE}  effort: high\n  archive: false\n")

    project = folder.load()

    assert project.warnings == ()
    assert project.organization.open_inspect == ControlPlane(
        url="https://control.acme.example",
        secret="${env:OI_SECRET}",
        actor="github:inspect-qa",
        effort="high",
        archive=False,
    )
    before = Organization(project.organization.org_id)
    shown = {each.path: each.new for each in settings_between(before, project.organization)}
    assert shown["open_inspect.url"] == "https://control.acme.example"


def test_what_is_left_to_the_environment_is_said(folder):
    folder.write("organization.yaml", f"{HEAD}  url: https://control.acme.example\n  model: large\n")

    (told,) = folder.load().warnings

    assert told.partition("open_inspect  ")[2] == (
        "says no secret and no actor; no agent plays unless the environment does: "
        "INSPECT_OPEN_INSPECT_SECRET, INSPECT_OPEN_INSPECT_ACTOR"
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("  url: control.example\n", "4:8  open_inspect.url  'control.example' is not an address"),
        ("  url: http://control.example\n", "would send secrets unencrypted to 'control.example'"),
        ("  secret: hunter2\n", "4:11  open_inspect.secret"),
        ("  actor: inspect-qa\n", "'inspect-qa' is no service account; write 'github:NAME'"),
        (
            "  {service: slack-bot, actor: github:qa}\n",
            "'github:qa' is not of the service 'slack-bot', whose accounts begin with 'slack:'",
        ),
        ("  service: ours\n", "'ours' is not one of 'web', 'slack-bot', 'github-bot', 'linear-bot'"),
        ("  model: two words\n", "4:10  open_inspect.model"),
        ("  web_url: inspect.example\n", "4:12  open_inspect.web_url  'inspect.example' is not an address"),
        ("  archive: maybe\n", "4:12  open_inspect.archive"),
        ("  urls: https://control.example\n", "did you mean 'url'?"),
    ],
)
def test_what_does_not_fit_is_a_sentence_with_its_place(folder, line, says):
    folder.write("organization.yaml", HEAD + line)

    problems = "\n".join(folder.problems())

    assert says in problems
    assert "hunter2" not in problems
