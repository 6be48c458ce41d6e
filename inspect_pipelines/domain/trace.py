"""A trace: what an agent says that it did in each step, in our own words for it; data of a stranger until it was translated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inspect_pipelines.domain.agent_answer import block_of

MOST_STEPS = 200
MOST_ACTIONS = 60  # of a step
MOST_CHARACTERS = 2_000  # of an action
WITHHELD = "withheld"  # an action that held a secret's value: nothing of it is kept but that


@dataclass(frozen=True, slots=True)
class Trace:
    """Of one session of an agent."""

    session_id: str  # ours
    run_id: str
    playbook: str
    at: datetime  # UTC
    steps: Mapping[str, tuple[str, ...]]  # by a step's id: each action as JSON text, as the agent wrote it


def did(answer: str) -> dict[str, tuple[str, ...]]:
    """What the block at the end of an agent's last message says under `did`; what is too much or no action is left out.

    It decides nothing about the session, so nothing that is wrong with it is an error.
    """
    steps = block_of(answer)
    found: dict[str, tuple[str, ...]] = {}
    for each in steps[:MOST_STEPS]:
        name, actions = each.get("id"), each.get("did")
        if (
            not isinstance(name, str)
            or not name.isprintable()
            or not isinstance(actions, list)
            or name in found
        ):
            continue
        if texts := tuple(text for one in actions[:MOST_ACTIONS] if (text := _text(one))):
            found[name] = texts
    return found


def without_secrets(
    steps: Mapping[str, tuple[str, ...]], secrets: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """The same, each action that holds one of the values withheld as a whole."""
    return {
        name: tuple(
            json.dumps(WITHHELD)
            if any(secret in part for secret in secrets for part in _parts(text))
            else text
            for text in actions
        )
        for name, actions in steps.items()
    }


def _text(action: Any) -> str:
    """Empty: it is no action, or longer than one is."""
    if not isinstance(action, dict) or len(action) > 3:
        return ""
    text = json.dumps(action, ensure_ascii=True)
    return text if len(text) <= MOST_CHARACTERS else ""


def _parts(text: str) -> tuple[str, ...]:
    """As it is kept, and as it reads: a quote in a secret is escaped in JSON."""
    return (text, *_texts(json.loads(text)))


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    inner = (
        [*value.keys(), *value.values()]
        if isinstance(value, dict)
        else value
        if isinstance(value, list)
        else []
    )
    return tuple(text for each in inner for text in _texts(each))
