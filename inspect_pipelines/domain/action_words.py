"""An action as one line of words, the same for a person who reads a playbook and for an agent that plays it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from inspect_pipelines.domain.action import Action
from inspect_pipelines.domain.playbook import When
from inspect_pipelines.domain.target import Target
from inspect_pipelines.domain.template import PLACEHOLDER

FIRST = (
    "target",
    "url",
    "name",
    "key",
    "pattern",
    "script",
    "snapshot",
    "answer",
)  # what stands without its key


def in_words(action: Action, values: Mapping[str, str]) -> str:
    """`fill label 'Email', value 'qa-bot@acme.com'`: the verb, then all that is set.

    Args:
        values: What placeholders stand for; one that has no value stays as it is written.
    """
    told = [
        _said(each.name, value, values)
        for each in fields(action)
        if each.name not in ("verb", "only") and (value := getattr(action, each.name)) != _usual(each)
    ]
    on = f" (on {', '.join(action.only)} only)" if action.only else ""
    return f"{action.verb.replace('_', ' ')} {', '.join(told)}".strip() + on


def condition_in_words(when: When, values: Mapping[str, str]) -> str:
    """`visible #coupon`: all that must hold."""
    return ", ".join(
        f"{each.name} {_told(value, values)}"
        for each in fields(when)
        if (value := getattr(when, each.name)) != _usual(each)
    )


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the placeholders that have a value."""
    return PLACEHOLDER.sub(lambda match: values.get(match.group(1), match.group()), text)


def _said(name: str, value: Any, values: Mapping[str, str]) -> str:
    told = _told(value, values)
    return told if name in FIRST else f"{name.replace('_', ' ')} {told}"


def _told(value: Any, values: Mapping[str, str]) -> str:
    if isinstance(value, Target):
        return filled(f"{value} in frame {value.frame!r}" if value.frame else str(value), values)
    if isinstance(value, str):
        return repr(filled(value, values))
    if isinstance(value, tuple):
        return ", ".join(_told(each, values) for each in value)
    if is_dataclass(value):  # an attachment, a box, a width: by what people call it
        shown = [getattr(value, each.name) for each in fields(value) if not each.metadata.get("is_untold")]
        return " ".join(map(str, shown))
    return str(value)


def _usual(field: Any) -> Any:
    return field.default if field.default is not MISSING else MISSING
