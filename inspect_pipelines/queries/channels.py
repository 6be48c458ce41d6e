"""Channels: how people are reached, as last published, and which secrets have no value in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from inspect_pipelines.config.channel_document import WrittenSpec
from inspect_pipelines.config.problem import did_you_mean
from inspect_pipelines.config.settings import resolve_secret
from inspect_pipelines.domain.channel import ChannelConfig, spec_of
from inspect_pipelines.errors import NotFound, UsageError
from inspect_pipelines.ports.house import House

NONE_YET = "no channel is published, so messages become files in {home}/outbox; write `channels:` in organization.yaml, then apply"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that was sent to try a channel."""

    receipt: str  # what the service answered: an id, a path


@dataclass(frozen=True, slots=True)
class ChannelSummary:
    name: str
    kind: str
    where: str  # what it talks to
    missing_secrets: tuple[str, ...]  # references, never their values
    needs_secrets: bool


def list_channels(house: House, where: Callable[[ChannelConfig], str]) -> list[ChannelSummary]:
    """Those of the organisation, in the order of its files.

    Args:
        house: Ports.
        where: What one talks to, which its kind knows.
    """
    return [_summary(one, where(one)) for one in house.publication.channels(house.org_id).channels]


def where_of(house: House, channel: ChannelConfig) -> str:
    """What a channel talks to, for people, as its kind says it."""
    spec = spec_of(house.kinds, channel.kind)
    return spec.where(channel) if isinstance(spec, WrittenSpec) else channel.kind


def find_channel(house: House, name: str) -> ChannelConfig:
    """The channel of that name.

    Raises:
        NotFound: There is none; the sentence says what there is.
    """
    published = house.publication.channels(house.org_id).channels
    for one in published:
        if one.name == name:
            return one
    if not published:
        raise NotFound(none_yet(house))
    names = [one.name for one in published]
    hint = did_you_mean(name, names) or f"; known are {', '.join(names)}"
    raise NotFound(f"no channel is called {name!r}{hint}")


def none_yet(house: House) -> str:
    """What it means that no channel is published, and what to do about it."""
    return NONE_YET.format(home=house.home)


def _summary(config: ChannelConfig, where: str) -> ChannelSummary:
    references = [one for one in (config.secret, config.url) if one.startswith("${")]
    return ChannelSummary(
        config.name,
        config.kind,
        where,
        tuple(one for one in references if not _has_value(one)),
        bool(config.secret or references),
    )


def _has_value(reference: str) -> bool:
    try:
        resolve_secret(reference)
    except UsageError:
        return False
    return True
