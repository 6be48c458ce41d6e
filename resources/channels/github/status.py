"""A message as a commit status."""

from __future__ import annotations

from inspect_pipelines.domain.message import Message, MessageKind, Urgency
from resources.channels.telling import cut, links, plain, sentence

MAX_DESCRIPTION = 140
GOOD = frozenset({MessageKind.RESOLVED, MessageKind.SUCCESS, MessageKind.FLAKY})
WAITING = frozenset({MessageKind.REVIEW, MessageKind.TEST})


def status(message: Message) -> dict[str, str]:
    """State, context, description and the first link."""
    found = {
        "state": state(message),
        "context": f"inspect-pipelines/{cut(plain(message.definition_name), 100) or 'runs'}",
        "description": sentence(message, MAX_DESCRIPTION) or cut(plain(message.title), MAX_DESCRIPTION),
    }
    first = next(iter(links(message)), None)
    return {**found, "target_url": first.url} if first else found


def state(message: Message) -> str:
    """`success`, `pending`, `failure` or `error`."""
    verdict = message.verdict.replace("_", " ").casefold()
    if message.kind in WAITING or verdict == "needs review":
        return "pending"
    if message.kind in GOOD or verdict in ("passed", "flaky"):
        return "success"
    if verdict in ("error", "timeout", "cancelled"):
        return "error"
    return "success" if message.severity is Urgency.INFO and verdict != "failed" else "failure"
