"""A notify rule of a document to the domain's."""

from __future__ import annotations

import re
from collections.abc import Callable

from inspect_pipelines.config.reading import shown
from inspect_pipelines.config.schedule_document import RuleDocument
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
