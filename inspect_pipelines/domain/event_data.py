"""What a placeholder asks of an event's own words: `{{data.inputs.url}}`, and `{{args.theme}}` of a command."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from inspect_pipelines.domain.command import command_of
from inspect_pipelines.domain.event import Event
from inspect_pipelines.domain.variable import PATH_LIST_ITEMS, URL_CHARACTERS
from inspect_pipelines.errors import UsageError

DATA, ARGS = "data.", "args."
MOST_STEPS = 10  # an event keeps no deeper data than that
SHOWN_NAMES = 10
# Line ends too: a value is one line, and a list has one line for each of its values.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def is_of_data(name: str) -> bool:
    """Whether a placeholder asks for what only the event itself can tell of."""
    return name.startswith((DATA, ARGS))


def told_by(event: Event, name: str) -> str:
    """The value that a placeholder's name leads to, as one text; of a list one value a line.

    Cut to what the largest type of variable and one character more would hold, so that what is too long for an address is
    refused by its type and not made another one.

    Raises:
        UsageError: There is none, or it is no value but an object.
    """
    kind, _, path = name.partition(".")
    found: Any = arguments_of(event) if kind == "args" else event.data
    walked = kind
    for step in path.split("."):
        found = _step(found, step, walked, name)
        walked = f"{walked}.{step}"
    if isinstance(found, Mapping):
        raise UsageError(f"{name!r} is an object, not a value; name one of its values: {_names(found)}")
    if isinstance(found, list):
        if any(isinstance(one, (Mapping, list)) for one in found):
            raise UsageError(f"{name!r} is a list of objects, not of values; name one of them: '{name}.0'")
        lines = [_text(one) for one in found if one is not None]
        return "\n".join(lines[:PATH_LIST_ITEMS])
    return _text(found)


def arguments_of(event: Event) -> Mapping[str, str]:
    """What a comment's command gives."""
    line = event.data.get("arguments") if event.type == "issue_comment.created" else None
    return command_of(line).arguments if isinstance(line, str) else {}


def _step(found: Any, step: str, walked: str, name: str) -> Any:
    inner = None
    if isinstance(found, Mapping):
        inner = found.get(step)
        known = f"{walked!r} has: {_names(found)}" if found else f"{walked!r} is empty"
    elif isinstance(found, list):
        inner = found[int(step)] if step.isdecimal() and len(step) < 6 and int(step) < len(found) else None
        known = f"{walked!r} is a list of {len(found)}, counted from 0"
    else:
        known = f"{walked!r} is {_text(found)[:60]!r}, which has no parts"
    if inner is None:
        raise UsageError(f"the event has no {name!r}; {known}")
    return inner


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return CONTROL.sub(" ", text).strip()[: URL_CHARACTERS + 1]


def _names(found: Mapping[str, Any] | Sequence[str]) -> str:
    names = sorted(found)
    more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    return ", ".join(repr(one[:60]) for one in names[:SHOWN_NAMES]) + more
