from __future__ import annotations

from pathlib import Path

import pytest

from builders import NOW
from houses import a_house
from inspect_pipelines.domain.channel import ChannelConfig
from inspect_pipelines.domain.compiled import Channels
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.channels import find_channel, list_channels, none_yet
from inspect_pipelines.stored.compiled import compile_definitions

SLACK = ChannelConfig("qa", "slack", secret="${env:QA_TOKEN}")
HOOK = ChannelConfig("relay", "webhook", secret="${env:RELAY_SECRET}", url="${env:RELAY_URL}")
FILES = ChannelConfig("dry", "files")


def a_house_with(path: Path, *channels: ChannelConfig) -> House:
    house = a_house(path)
    naming = Naming(DEFAULT_ORG)
    house.publication.publish(compile_definitions(naming, [], at=NOW, channels=Channels(channels)))
    return house


def test_channels_come_in_the_order_of_the_file_with_what_each_talks_to(tmp_path: Path) -> None:
    house = a_house_with(tmp_path, HOOK, FILES)

    found = list_channels(house, lambda channel: f"of {channel.kind}")

    assert [(one.name, one.kind, one.where) for one in found] == [
        ("relay", "webhook", "of webhook"),
        ("dry", "files", "of files"),
    ]


def test_secrets_without_a_value_are_named_and_values_never_shown(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("RELAY_SECRET", "hush")
    monkeypatch.delenv("RELAY_URL", raising=False)
    monkeypatch.delenv("QA_TOKEN", raising=False)

    slack, hook, files = list_channels(a_house_with(tmp_path, SLACK, HOOK, FILES), lambda _: "")

    assert (slack.missing_secrets, slack.needs_secrets) == (("${env:QA_TOKEN}",), True)
    assert (hook.missing_secrets, hook.needs_secrets) == (("${env:RELAY_URL}",), True)
    assert (files.missing_secrets, files.needs_secrets) == ((), False)
    assert "hush" not in repr(hook)


def test_a_channel_is_found_by_its_name(tmp_path: Path) -> None:
    assert find_channel(a_house_with(tmp_path, SLACK, FILES), "dry") == FILES


@pytest.mark.parametrize(
    ("name", "told"), [("qaa", "did you mean 'qa'"), ("something-else", "known are qa, dry")]
)
def test_a_name_that_no_channel_has_says_what_there_is(tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(NotFound, match=told):
        find_channel(a_house_with(tmp_path, SLACK, FILES), name)


def test_where_no_channel_is_published_the_sentence_says_what_becomes_of_messages(tmp_path: Path) -> None:
    house = a_house(tmp_path)

    with pytest.raises(NotFound) as error:
        find_channel(house, "qa")

    assert str(error.value) == none_yet(house)
    assert f"messages become files in {tmp_path}/outbox" in none_yet(house)
