"""`channels list|test` as a person uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from builders import NOW, a_plan, a_schedule
from inspect_pipelines.cli.channels import channels
from inspect_pipelines.domain.channel import ChannelConfig
from inspect_pipelines.domain.compiled import Channels
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.errors import ChannelError, NotFound, UsageError
from inspect_pipelines.stored.compiled import compile_definitions
from resources.channels.email.server import MailServer
from resources.publication import FilePublication
from stand_ins import github
from stand_ins.github import Github
from stand_ins.slack import TOKEN, Slack


@pytest.fixture
def slack() -> Iterator[Slack]:
    service = Slack()
    yield service
    service.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slack: Slack) -> Path:
    home = tmp_path / "home"
    monkeypatch.setenv("INSPECT_HOME", str(home))
    monkeypatch.setenv("SLACK_TOKEN", TOKEN)
    monkeypatch.delenv("PAGER", raising=False)
    published = (
        ChannelConfig(
            "slack",
            "slack",
            f"{slack.url}/api/",
            "${env:SLACK_TOKEN}",
            allow_private=("127.0.0.1",),
        ),
        ChannelConfig("pager", "pagerduty", "https://events.pagerduty.com", "${env:PAGER}"),
        ChannelConfig(
            "mail", "email", options=MailServer("smtp.test", 25, "none", "qa@acme.example").options()
        ),
        ChannelConfig("github", "github", "https://api.github.com", "${env:SLACK_TOKEN}"),
        ChannelConfig("dry", "files"),
    )
    rule = NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",))
    compiled = compile_definitions(
        Naming(DEFAULT_ORG), [a_schedule(plan=a_plan(notify=(rule,)))], at=NOW, channels=Channels(published)
    )
    FilePublication(home).publish(compiled)
    return home


def call(*arguments: str) -> Result:
    return CliRunner().invoke(channels, arguments, catch_exceptions=False)


def test_the_list_says_where_each_leads_and_which_secret_has_no_value(home: Path) -> None:
    assert call("list").output == (
        "CHANNEL  KIND       WHERE                 SECRETS\n"
        "slack    slack      " + json.loads(call("list", "--json").output)[0]["where"].ljust(22) + "✓\n"
        "pager    pagerduty  events.pagerduty.com  ✗ no value here: ${env:PAGER}\n"
        "mail     email      smtp.test:25 (none)   none needed\n"
        "github   github     api.github.com        ✓\n"
        "dry      files      outbox/               none needed\n"
    )


def test_the_list_as_json_names_what_is_missing(home: Path) -> None:
    listed = json.loads(call("list", "--json").output)

    assert {one["name"]: one["missing_secrets"] for one in listed} == {
        "slack": [],
        "pager": ["${env:PAGER}"],
        "mail": [],
        "github": [],
        "dry": [],
    }


def test_without_channels_the_list_says_what_happens_to_messages(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path))

    assert call("list").output.startswith("no channel is published, so messages become files in ")
    with pytest.raises(NotFound, match="no channel is published"):
        call("test", "slack")


def test_a_test_message_arrives_where_the_first_rule_sends_to(home: Path, slack: Slack) -> None:
    result = call("test", "slack")

    (message,) = slack.messages.values()
    assert message["channel"] == "#qa"
    assert "Test: inspect-pipelines can reach you" in message["text"]
    assert result.output == "accepted: Slack message 1763794800.000000 in C0000QA00\n"


def test_a_refusal_is_a_sentence(home: Path, slack: Slack) -> None:
    with pytest.raises(
        ChannelError, match="refuses channel '#nowhere': channel_not_found; it does not exist"
    ):
        call("test", "slack", "--to", "#nowhere")


def test_a_secret_without_a_value_is_named(home: Path) -> None:
    with pytest.raises(
        ChannelError, match=r"channel 'pager' cannot be used: secret '\$\{env:PAGER\}' has no value"
    ):
        call("test", "pager")


def test_a_dry_channel_writes_a_file(home: Path) -> None:
    result = call("test", "dry")

    (path,) = (home / "outbox").iterdir()
    assert result.output == f"accepted: {path}\n"
    assert "nothing is wrong" in path.read_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["slak"], r"no channel is called 'slak' \(did you mean 'slack'\?\)"),
        (["xyz"], "no channel is called 'xyz'; known are slack, pager, mail, github, dry"),
        (["mail"], "channel 'mail' does not know where to: no rule uses it; say it with --to an address"),
        (["github", "--to", "acme"], "--to 'acme' is no place at GitHub; write 'owner/name#7'"),
    ],
)
def test_what_cannot_be_tried_is_a_usage_error(home: Path, arguments: list[str], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        call("test", *arguments)


def test_github_is_tried_on_a_pull_request(home: Path, monkeypatch) -> None:
    service = Github()
    monkeypatch.setenv("GITHUB_TOKEN", github.TOKEN)
    config = ChannelConfig(
        "github", "github", service.url, "${env:GITHUB_TOKEN}", allow_private=("127.0.0.1",)
    )
    FilePublication(home).publish(
        compile_definitions(Naming(DEFAULT_ORG), [], at=NOW, channels=Channels((config,)))
    )

    result = call("test", "github", "--to", "acme/shop#7")
    service.close()

    assert result.output == "accepted: GitHub acme/shop: comment 1000 on #7\n"
    assert "nothing is wrong" in service.comments[0]["body"]
