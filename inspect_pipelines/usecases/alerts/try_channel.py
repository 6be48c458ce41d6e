"""Try a channel: send it a message that says it is a test."""

from __future__ import annotations

import re
from collections.abc import Sequence

from inspect_pipelines.domain.channel import ChannelConfig, Kinds, addressed, spec_of
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.message import CommitContext, Message, MessageKind, Urgency
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.channel import Receipt
from inspect_pipelines.ports.house import House

COMMIT = re.compile(r"(?P<repo>[^\s#@]+/[^\s#@]+)(?:#(?P<number>\d{1,9})|@(?P<sha>[0-9a-f]{40}))")


def try_channel(
    house: House,
    channels: Sequence[ChannelConfig],
    config: ChannelConfig,
    definitions: Sequence[Definition],
    *,
    to: str | None,
    by: str,
) -> Receipt:
    """Send a test message through one channel.

    Args:
        channels: All that are published.
        definitions: All that are published; the first rule that uses the channel says where to, unless `to` does.
        by: Who asks.

    Raises:
        UsageError: Nobody says where to.
        ChannelError: It did not arrive.
    """
    spec = spec_of(house.kinds, config.kind)
    address = to or address_of(house.kinds, channels, config, definitions)
    if address is None and spec.place_form:
        raise UsageError(
            f"channel {config.name!r} does not know where to: no rule uses it; say it with --to {spec.place_form}"
        )
    commit = _commit(address or "", spec.place_form) if spec.of_commits else None
    name = house.clock.new_id()
    message = Message(
        kind=MessageKind.TEST,
        severity=Urgency.INFO,
        title="inspect-pipelines can reach you",
        verdict="",
        sentence=f"{by} tried out the channel {config.name!r}; nothing is wrong, and nothing needs to be done.",
        dedup_key=f"test:{name}",
        commit=commit,
    )
    notification = Notification(
        id=f"test:{name}",
        org_id=house.org_id,
        run_id=RunId(""),
        event=RuleEvent.ON_COMPLETE,
        target=f"{config.kind}:{config.name}{f'/{address}' if spec.has_places else ''}",
        title=message.title,
        text=message.sentence,
        mentions=(),
        created_at=house.clock.now(),
        message=message,
    )
    channel = next(one for kind, one in house.channels if kind in (config.kind, "*"))
    return channel.send(notification, {})


def address_of(
    kinds: Kinds, channels: Sequence[ChannelConfig], config: ChannelConfig, definitions: Sequence[Definition]
) -> str | None:
    """Where the first rule that uses a channel sends to; None: no rule does, or it names no address."""
    for definition in definitions:
        for rule in definition.plan.notify:
            for target in rule.targets:
                found = addressed(kinds, channels, target)
                if found is not None and found[0] == config and found[1]:
                    return found[1]
    return None


def _commit(address: str, form: str) -> CommitContext:
    found = COMMIT.fullmatch(address)
    if found is None:
        raise UsageError(f"--to {address!r} is no place at GitHub; write {form}")
    number = found.group("number")
    return CommitContext(found.group("repo"), found.group("sha"), int(number) if number else None)
