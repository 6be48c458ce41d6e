"""A notify rule of a document to the domain's."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from inspect_pipelines.config.reading import shown
from inspect_pipelines.config.schedule_document import RuleDocument
from inspect_pipelines.domain.channel import ChannelConfig, addressed
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent


def notify_rule(event: RuleEvent, rule: RuleDocument, wrong: Callable[..., None]) -> NotifyRule:
    """The rule; its faults are noted.

    Args:
        wrong: Notes a fault: its sentence, then the path below the rule.
    """
    if rule.slack_channel is not None and not re.fullmatch(
        r"(?:[A-Za-z0-9][A-Za-z0-9_-]*/)?(?:#[^\s#,/]{1,80}|[CDG][A-Z0-9]{8,})", rule.slack_channel
    ):
        wrong(f"{shown(rule.slack_channel)} is not a Slack channel; write '#name'", "slack_channel")
    for number, address in enumerate(rule.email):
        if not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", address):
            wrong(f"{shown(address)} is not an e-mail address", "email", number)
    return NotifyRule(
        event,
        rule.slack_channel,
        rule.teams,
        rule.pagerduty,
        tuple(rule.email),
        rule.webhook,
        rule.github,
        tuple(rule.mention),
    )


def unreached(rule: NotifyRule, channels: Sequence[ChannelConfig] | None) -> list[str]:
    """What to warn of: one sentence for all when there is no channel at all, else one a target.

    Args:
        channels: None: not known, so nothing is said.
    """
    if channels is None:
        return []
    if not channels:
        return ["no channel is in organization.yaml, so all messages become files in INSPECT_HOME/outbox"]
    return [
        f"no channel for {shown(target)} is in organization.yaml, so its messages become files in INSPECT_HOME/outbox"
        for target in rule.targets()
        if addressed(channels, target) is None
    ]
