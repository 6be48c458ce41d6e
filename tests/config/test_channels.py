"""`channels:` and `people:` of organization.yaml, right and wrong."""

from __future__ import annotations

import json

import pytest

from builders import NOW
from inspect_pipelines.config.schedule_document import OrganizationConfigDocument
from inspect_pipelines.config.schema import schema_of
from inspect_pipelines.domain.channel import ChannelConfig, Person
from inspect_pipelines.domain.compiled import Channels
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.stored.compiled import channels_of, compile_definitions, dump_compiled, load_compiled
from inspect_pipelines.stored.serial import dump_json, load_json
from resources.channels.email.server import MailServer
from resources.channels.registry import CHANNELS

HEAD = "apiVersion: v1\nkind: OrganizationConfig\n"
EVERY_KIND = """
channels:
  slack: {bot_token: "${env:SLACK_TOKEN}"}
  qa: {kind: teams, url: "${env:TEAMS_URL}", timeout: 20s}
  pagerduty: {routing_key: "${file:/run/secrets/pager}", url: https://events.eu.pagerduty.com}
  email: {host: smtp.acme.example, from: qa@acme.example, username: qa, password: "${env:SMTP_PASSWORD}"}
  deploys: {kind: webhook, url: "http://hooks.internal/x", secret: "${env:HOOK}", allow_private: hooks.internal}
  github: {token: "${env:GITHUB_TOKEN}"}
  dry: {kind: files}
people:
  octocat: {slack: U024BE7LH, teams: octo@acme.example, email: octo@acme.example}
  "@qa-team": {slack: S024BE7LH}
"""


def test_every_kind_of_channel_is_read_in_the_files_order(folder):
    folder.write("organization.yaml", HEAD + EVERY_KIND)

    organization = folder.load().organization

    assert organization.channels == (
        ChannelConfig("slack", "slack", "https://slack.com/api/", "${env:SLACK_TOKEN}"),
        ChannelConfig("qa", "teams", "${env:TEAMS_URL}", timeout_seconds=20.0),
        ChannelConfig(
            "pagerduty",
            "pagerduty",
            "https://events.eu.pagerduty.com",
            "${file:/run/secrets/pager}",
        ),
        ChannelConfig(
            "email",
            "email",
            secret="${env:SMTP_PASSWORD}",
            timeout_seconds=30.0,
            options=MailServer("smtp.acme.example", 587, "starttls", "qa@acme.example", "qa").options(),
        ),
        ChannelConfig(
            "deploys",
            "webhook",
            "http://hooks.internal/x",
            "${env:HOOK}",
            allow_private=("hooks.internal",),
        ),
        ChannelConfig("github", "github", "https://api.github.com", "${env:GITHUB_TOKEN}"),
        ChannelConfig("dry", "files"),
    )
    assert organization.people == (
        Person("octocat", "U024BE7LH", "octo@acme.example", "octo@acme.example"),
        Person("@qa-team", "S024BE7LH"),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "channels: {slack: {bot_token: xoxb-1-hunter2}}",
            "3:31  channels.slack.bot_token  a secret is written as '${env:NAME}' or '${file:/path}', never as its value",
        ),
        ("channels: {slack: {}}", "3:19  channels.slack  lacks the key 'bot_token'"),
        (
            "channels: {slack: {bot_token: '${env:A}', bot_tokn: a}}",
            "3:43  channels.slack.bot_tokn  unknown key 'bot_tokn' (did you mean 'bot_token'?)",
        ),
        ("channels: {slack: hi}", "3:19  channels.slack  'hi' is not a mapping (`key: value` lines)"),
        (
            "channels: {ops: {bot_token: '${env:A}'}}",
            "3:17  channels.ops  lacks the key 'kind'; known are slack, teams, pagerduty, email, webhook, github, files",
        ),
        (
            "channels: {ops: {kind: slak}}",
            "3:24  channels.ops.kind  'slak' is not a kind of channel (did you mean 'slack'?)",
        ),
        (
            "channels: {'a b': {kind: files}}",
            "3:12  channels.a b  'a b' is not a name: letters, digits, '-' and '_'",
        ),
        (
            "channels: {teams: {url: 'https://prod.example/workflows/x?sig=hunter2'}}",
            (
                "3:25  channels.teams.url  a secret is written as '${env:NAME}' or '${file:/path}', never as its value: "
                "whoever knows a workflow's address can post"
            ),
        ),
        (
            "channels: {github: {token: '${env:A}', url: 'http://ghe.acme.example'}}",
            (
                "3:45  channels.github.url  'http://ghe.acme.example' would send secrets unencrypted to 'ghe.acme.example'; "
                "write 'https://..', or list the host in allow_private"
            ),
        ),
        (
            "channels: {email: {host: 'smtp://a', from: qa@acme.example}}",
            "3:26  channels.email.host  'smtp://a' is not a host; write 'smtp.acme.com'",
        ),
        (
            'channels: {email: {host: a, from: "qa@acme.example\\nBcc: all@acme.example"}}',
            "3:35  channels.email.from  'qa@acme.example\\nBcc: all@acme.example' is not an e-mail address",
        ),
        (
            "channels: {email: {host: a, from: qa@acme.example, password: '${env:A}'}}",
            "3:62  channels.email.password  is of no use without 'username'",
        ),
        (
            "channels: {email: {host: a, from: q@a.b, username: q, password: '${env:A}', security: none}}",
            "3:87  channels.email.security  'none' would send the password unencrypted; write 'starttls' or 'tls'",
        ),
        (
            "channels: {files: {timeout: 5m}}",
            "3:29  channels.files.timeout  '5m': should be less than or equal to 60",
        ),
        (
            "people: {ada: {slack: '@ada'}}",
            "3:23  people.ada.slack  '@ada' is not a Slack id; write a member's 'U024BE7LH' or a group's 'S024BE7LH'",
        ),
        ("people: {ada: {email: ada}}", "3:23  people.ada.email  'ada' is not an e-mail address"),
        ("people: {ada: U1}", "3:15  people.ada  'U1' is not a mapping (`key: value` lines)"),
    ],
)
def test_every_fault_of_a_channel_or_a_person_has_its_place(folder, text, problem):
    folder.write("organization.yaml", HEAD + text + "\n")

    assert folder.problems() == [f"organization.yaml:{problem}"]


def test_a_target_without_a_channel_is_a_warning(folder):
    folder.write("organization.yaml", HEAD + "channels: {qa: {kind: teams, url: '${env:T}'}}\n")
    text = (folder.root / "schedules.yaml").read_text()
    folder.write("schedules.yaml", text + "    notify: {on_failure: {teams: qa, github: true}}\n")

    warnings = folder.load().warnings

    assert [warning.partition("  ")[2] for warning in warnings] == [
        (
            "schedules[0].notify.on_failure  no channel for 'github' is in organization.yaml, "
            "so its messages become files in INSPECT_HOME/outbox"
        )
    ]


def test_the_ledger_and_the_published_file_hold_references_only_and_give_them_back(folder, monkeypatch):
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-hunter2")
    folder.write("organization.yaml", HEAD + EVERY_KIND)
    organization = folder.load().organization
    channels = Channels(organization.channels, organization.people)
    compiled = compile_definitions(Naming(DEFAULT_ORG), (), at=NOW, channels=channels)

    text = dump_compiled(compiled)

    assert channels_of(text.encode()) == channels == load_compiled(text.encode()).channels
    assert load_json(Organization, dump_json(organization)) == organization
    assert "hunter2" not in text + dump_json(organization)


def test_editors_know_every_kind_and_its_keys():
    schema = json.dumps(schema_of(OrganizationConfigDocument, CHANNELS))

    assert all(
        key in schema for key in ("bot_token", "routing_key", "allow_private", '"from"', "SlackDocument")
    )


def test_a_rule_may_name_one_of_several_channels_of_a_kind(folder):
    folder.write(
        "organization.yaml",
        HEAD
        + "channels:\n  a: {kind: pagerduty, routing_key: '${env:A}'}\n  b: {kind: pagerduty, routing_key: '${env:B}'}\n"
        + "  slack: {bot_token: '${env:S}'}\n  ops: {kind: slack, bot_token: '${env:T}'}\n",
    )
    text = (folder.root / "schedules.yaml").read_text()
    folder.write(
        "schedules.yaml", text + "    notify: {on_failure: {pagerduty: b, slack_channel: 'ops/#qa'}}\n"
    )

    project = folder.load()

    (definition,) = project.definitions
    assert definition.plan.notify[0].targets == ("slack:ops/#qa", "pagerduty:b")
    assert project.warnings == ()
    compiled = compile_definitions(Naming(DEFAULT_ORG), project.definitions, at=NOW)
    assert load_compiled(dump_compiled(compiled).encode()).definitions == project.definitions


def test_a_rule_that_names_a_channel_by_a_number_is_wrong(folder):
    text = (folder.root / "schedules.yaml").read_text()
    folder.write("schedules.yaml", text + "    notify: {on_failure: {pagerduty: 1}}\n")

    assert folder.problems() == [
        "schedules.yaml:8:38  schedules[0].notify.on_failure.pagerduty  '1' is not true, false or the name of a channel"
    ]
