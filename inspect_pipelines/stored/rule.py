"""How notify rules and channels were kept before the registry of channels: a field for each kind."""

from __future__ import annotations

from typing import Any


def with_targets(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule of version 1, `{"slack_channel": "#qa", "pagerduty": true, ..}`, with its `targets`."""
    pager = rule.get("pagerduty", False)
    places = [
        ("slack", [rule.get("slack_channel")]),
        ("teams", [rule.get("teams")]),
        ("pagerduty", ["" if pager is True else pager or None]),
        ("email", rule.get("email", [])),
        ("webhook", [rule.get("webhook")]),
        ("github", [""] if rule.get("github") else []),
    ]
    targets = [
        f"{kind}:{address}" if address else kind
        for kind, addresses in places
        for address in addresses
        if address is not None
    ]
    return {"event": rule["event"], "targets": targets, "mention": rule.get("mention", [])}


def with_options(channel: dict[str, Any]) -> dict[str, Any]:
    """A channel of version 1, whose mail server had a field of its own, with its `options`."""
    kept = {name: value for name, value in channel.items() if name != "mail"}
    mail = channel.get("mail") or {}
    return {**kept, "options": {name: str(value) for name, value in mail.items()}}
