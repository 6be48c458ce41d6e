"""What is a trigger's own in its document to the domain: its event, its conditions, its debounce."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from inspect_pipelines.config.pattern import checked_pattern
from inspect_pipelines.config.problem import did_you_mean
from inspect_pipelines.config.reading import shown
from inspect_pipelines.config.schedule_document import ConditionDocument, TriggerDocument
from inspect_pipelines.domain.condition import Condition, Operator, checked_path
from inspect_pipelines.domain.debounce import usual_key
from inspect_pipelines.domain.event import TYPE, SourceKind
from inspect_pipelines.domain.event_data import ARGS, MOST_STEPS, is_of_data
from inspect_pipelines.domain.glob import fault
from inspect_pipelines.domain.ids import SourceId
from inspect_pipelines.domain.match import EVENT_KEYS, ever_brings
from inspect_pipelines.domain.trigger import Authors, Debounce, Key, Supersede
from inspect_pipelines.domain.variable import EVENT_CONTEXT
from inspect_pipelines.errors import UsageError

REPO_GLOB = re.compile(r"[A-Za-z0-9*?[\]!-]{1,60}/[A-Za-z0-9._*?[\]!-]{1,120}")
LISTS = ("branches", "paths", "labels")

Wrong = Callable[..., None]


def trigger_parts(written: TriggerDocument, wrong: Wrong) -> dict[str, Any]:
    """The fields of a `Trigger` that only triggers have; faults are noted.

    Args:
        wrong: Notes a fault: its sentence, then the path below the trigger.
    """
    _event(written, wrong)
    _globs(written, wrong)
    return {
        "event": written.event,
        "repo": written.repo,
        "branches": tuple(written.branches),
        "paths": tuple(written.paths),
        "environment": written.environment,
        "labels": tuple(written.labels),
        "authors": Authors(tuple(written.authors.include), tuple(written.authors.exclude)),
        "drafts": written.drafts,
        "conditions": tuple(
            condition
            for number, one in enumerate(written.conditions)
            if (condition := _condition(one, number, wrong)) is not None
        ),
        "source": None if written.source is None else SourceId(written.source),
        "debounce": _debounce(written, wrong),
        "supersede": _supersede(written, wrong),
        "delay": timedelta(seconds=written.delay or 0),
    }


def check_source(written: TriggerDocument, sources: Mapping[str, SourceKind], wrong: Wrong) -> None:
    """Note a source that organization.yaml has not, or that never tells such an event."""
    if written.source is None:
        return
    kind = sources.get(written.source)
    if kind is None:
        known = ", ".join(sorted(sources)) or "none"
        hint = did_you_mean(written.source, sources) or f"; organization.yaml has: {known}"
        wrong(f"no source is called {shown(written.source)}{hint}", "source")
    elif kind not in (SourceKind.GENERIC, SourceKind.GITHUB) and not written.event.startswith("deployment."):
        wrong(
            f"{shown(written.event)} is not an event of a {kind.value} source, which tells deployment. ones",
            "event",
        )
    elif kind is not SourceKind.GENERIC and written.event not in EVENT_KEYS:
        wrong(f"{shown(written.event)} is not an event of a {kind.value} source", "event")


def not_brought(event: str, name: str) -> str | None:
    """Why a placeholder never has a value in a trigger on this event; None: it may have one."""
    if is_of_data(name):
        return _fault_of_data(event, name)
    if name not in EVENT_CONTEXT:
        hint = did_you_mean(name, EVENT_CONTEXT) or f"; known are {', '.join(EVENT_CONTEXT)}"
        return f"no event brings '{{{{{name}}}}}'{hint}"
    if ever_brings(event, name):
        return None
    others = ", ".join(one for one in EVENT_KEYS if ever_brings(one, name))
    return f"an event {event!r} never brings '{{{{{name}}}}}'; events that do: {others}"


def _fault_of_data(event: str, name: str) -> str | None:
    if name.startswith(ARGS) and not ever_brings(event, name):
        return (
            f"an event {event!r} has no arguments for '{{{{{name}}}}}'; a command has: issue_comment.created"
        )
    if name.startswith(ARGS) and name.count(".") > 1:
        return f"'{{{{{name}}}}}' has a part too many; an argument is one text: '{{{{args.NAME}}}}'"
    if name.count(".") > MOST_STEPS:
        return f"'{{{{{name[:60]}}}}}' leads more than {MOST_STEPS} steps deep; events keep no deeper data"
    return None


def is_glob(repo: str) -> bool:
    """Whether a repository is written as a pattern, and so names none in particular."""
    return any(sign in repo for sign in "*?[")


def _event(written: TriggerDocument, wrong: Wrong) -> None:
    keys = EVENT_KEYS.get(written.event)
    if keys is None:
        if written.source is None or not TYPE.fullmatch(written.event):
            known = f"; known are {', '.join(EVENT_KEYS)}, and with 'source' those of a generic source"
            wrong(
                f"{shown(written.event)} is not an event{did_you_mean(written.event, EVENT_KEYS) or known}",
                "event",
            )
        return
    for key in ("branches", "paths", "environment", "labels", "drafts"):
        if key in written.model_fields_set and getattr(written, key) and key not in keys:
            others = [event for event, known_keys in EVENT_KEYS.items() if key in known_keys]
            wrong(f"an event {written.event!r} has no {key}; events that have: {', '.join(others)}", key)


def _globs(written: TriggerDocument, wrong: Wrong) -> None:
    for key in LISTS:
        globs = getattr(written, key)
        for number, glob in enumerate(globs):
            if problem := fault(glob):
                wrong(f"pattern {shown(glob)} {problem}", key, number)
        if globs and all(glob.startswith("!") for glob in globs):
            wrong("only takes away; begin with what is meant, such as '**'", key)
    if written.environment is not None and (problem := fault(written.environment)):
        wrong(f"pattern {shown(written.environment)} {problem}", "environment")


def _condition(written: ConditionDocument, number: int, wrong: Wrong) -> Condition | None:
    ((operator, operand),) = written.comparisons().items()
    try:
        path = checked_path(written.path)
    except UsageError as error:
        wrong(str(error), "conditions", number, "path")
        return None
    if operator == Operator.MATCHES:
        try:
            checked_pattern(str(operand))
        except UsageError as error:
            wrong(str(error), "conditions", number, "matches")
            return None
    return Condition(path, Operator(operator), operand)


def _supersede(written: TriggerDocument, wrong: Wrong) -> Supersede:
    if written.supersede == "cancel" and written.overlap == "skip":
        wrong(
            "cancels the older run, but 'overlap: skip' lets the newer one go while the older still ends; "
            "leave overlap out, or write buffer_one",
            "supersede",
        )
    return Supersede(written.supersede)


def _debounce(trigger: TriggerDocument, wrong: Wrong) -> Debounce:
    written, usual = trigger.debounce, usual_key(trigger.event)
    if written is None:
        return Debounce(key=usual)
    if written.max_wait is not None and written.max_wait < written.wait:
        wrong(f"{written.max_wait:g} s is shorter than its wait, {written.wait:g} s", "debounce", "max_wait")
    return Debounce(
        wait=timedelta(seconds=written.wait),
        max_wait=timedelta(seconds=written.max_wait or max(written.wait, 300.0)),
        key=usual if written.key is None else tuple(Key(key) for key in dict.fromkeys(written.key)),
    )
