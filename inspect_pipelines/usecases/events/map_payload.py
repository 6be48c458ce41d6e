"""Map a payload: an event out of JSON of any shape, by one JMESPath a field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from inspect_pipelines.domain.event import TYPE, Event, EventStatus, SourceKind
from inspect_pipelines.domain.github_event import READERS
from inspect_pipelines.domain.match import EVENT_KEYS
from inspect_pipelines.domain.payload import LABELS, PATHS, TITLE_CHARACTERS, Payload, capped_data
from inspect_pipelines.domain.ref import branch_of, commit_of
from inspect_pipelines.domain.sender import MAPPINGS, OTHER
from inspect_pipelines.domain.source import OWN_NAMES, Source
from inspect_pipelines.domain.tolerant import Tolerant
from inspect_pipelines.errors import Unreadable

NEEDED = ("type", "status")  # whose mapping must fit

# What deploy services call the ends of a deploy, and that it begins or is taken down; every other word is a deploy that goes on, or was given up.
OUTCOMES: Mapping[str, str] = {
    **dict.fromkeys(("success", "succeeded", "successful", "ready", "completed"), "completed"),
    **dict.fromkeys(("failure", "failed", "error", "errored", "crashed"), "failed"),
    "created": "created",
    "inactive": "inactive",
}


def map_payload(base: Event, source: Source, payload: Any) -> Event:
    """The event that the source's mapping finds in a payload.

    Args:
        base: Where it came from.
        source: A deploy or generic one; without a mapping, its payload uses our own names.
        payload: Any JSON value.

    Raises:
        Unreadable: What a mapping needs is missing or of another type.
    """
    mapping = MAPPINGS.get(source.kind) or source.mapping or OWN_NAMES
    found: dict[str, Any] = {}
    fields = Tolerant(Payload(found))
    for name, expression in mapping.items():
        found[name] = _found(fields, name, expression, payload)
    sha, ref = fields.sha("sha"), fields.name("branch")
    event = replace(
        base,
        event_time=fields.moment("event_time"),
        repo=fields.repo("repo"),
        branch=branch_of(ref, sha),
        sha=sha or commit_of(ref, sha),
        environment=fields.name("environment"),
        url=fields.url("url"),
        actor=fields.name("actor"),
        author=fields.name("author"),
        number=fields.number("number"),
        title=fields.text("title", TITLE_CHARACTERS),
        text=fields.text("text"),
        labels=fields.names("labels", at_most=LABELS),
        is_draft=fields.flag("is_draft"),
        paths=fields.or_else(None, lambda: _paths(fields.strict)),
        data=fields.or_else({}, lambda: _data(fields.strict)),
    )
    event = replace(event, remarks=tuple(fields.remarks))
    if source.kind is not SourceKind.GENERIC:
        return _deploy(event, fields.strict)
    kind = fields.strict.needed("type")
    if not TYPE.fullmatch(kind):
        raise Unreadable(f"type is {kind[:60]!r}, not a name like 'alert.fired'")
    if _is_github_s(kind.lower()):
        raise Unreadable(f"type is {kind!r}, which only sources of kind 'github' may tell; name it otherwise")
    return replace(event, type=kind)


def _is_github_s(kind: str) -> bool:
    """Whether only GitHub (and deploys, of their own) may tell it.

    `status` and `create` are everyday words: what else begins with them is free.
    """
    first = kind.partition(".")[0]
    return kind in EVENT_KEYS or first == "issue" or (first in READERS and first not in ("status", "create"))


def _deploy(event: Event, fields: Payload) -> Event:
    written = fields.needed("status")
    state = written.lower().removeprefix("deployment.")
    if state == OTHER:
        return replace(event, type=f"{event.source_kind.value}.{OTHER}").ignored("it tells of no deploy")
    if state in OUTCOMES:
        fields.needed("environment")
        return replace(event, type=f"deployment.{OUTCOMES[state]}")
    if not TYPE.fullmatch(state):
        raise Unreadable(f"status is {written[:60]!r}, not a word like 'success' or 'failure'")
    return replace(
        event,
        type=f"deployment.{state}",
        status=EventStatus.IGNORED,
        problem=f"the status {written!r} is neither a success nor a failure",
    )


def _found(fields: Tolerant, name: str, expression: str, payload: Any) -> Any:
    if name in NEEDED:
        return _searched(name, expression, payload)
    found = fields.or_else(None, lambda: _searched(name, expression, payload))
    if name == "sha" and isinstance(found, str) and "://" in found:
        return found.rpartition("/")[2]  # where a commit is shown ends with it
    return found


def _searched(name: str, expression: str, payload: Any) -> Any:
    try:
        return jmespath.search(expression, payload)
    except (JMESPathError, TypeError, ValueError, ArithmeticError) as error:
        raise Unreadable(f"{name} cannot be read with {expression!r}: {_first_line(error)}") from error
    except RecursionError as error:
        raise Unreadable(f"{name} cannot be read with {expression!r}: it leads too deeply") from error


def _paths(fields: Payload) -> tuple[str, ...] | None:
    """Those that are told; None: none are, which is not the same as no path."""
    return None if fields.at("paths") is None else fields.names("paths", at_most=PATHS)


def _data(fields: Payload) -> dict[str, Any]:
    found = fields.at("data")
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise Unreadable("data is not an object")
    return capped_data(found)


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0][:200]
