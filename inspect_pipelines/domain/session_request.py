"""What each session of a run needs: a playbook, and a value for each of its variables."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from inspect_pipelines.domain.against import other_address, with_other_side
from inspect_pipelines.domain.event_data import ARGS
from inspect_pipelines.domain.playbook import Playbook, Variable, VariableType
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.selection import parts_of
from inspect_pipelines.domain.session import SessionRequest, Value
from inspect_pipelines.domain.template import fill, fill_address, placeholders, sole
from inspect_pipelines.domain.trigger import Definition, Trigger
from inspect_pipelines.domain.variable import EVENT_CONTEXT, SECRET_REFERENCE, accepted, cut
from inspect_pipelines.errors import UsageError

MOST_ATTEMPTS = (
    100  # of one playbook in one run; retries of all kinds, looks again and an agent's are 18 at most
)


def session_requests(run: Run, definition: Definition) -> list[SessionRequest]:
    """What each session needs, in playing order; ids follow from the run, so that repeating finds them again.

    Raises:
        UsageError: A value is missing, which only an event or `--var` can bring.
    """
    is_asked_for = run.origin.startswith("request:") or not isinstance(definition, Trigger)
    context = frozenset() if is_asked_for else frozenset(EVENT_CONTEXT)
    requests = [
        SessionRequest(
            id=f"{run.id}.{number}",
            run_id=run.id,
            playbook=playbook,
            values=values_for(
                playbook,
                definition.plan.variables,
                run.variables,
                definition.plan.allowed_hosts,
                context=context,
            ),
            allowed_hosts=definition.plan.allowed_hosts,
            definition=definition.name,
            repo=definition.plan.repo or (run.variables.get("repo") if context else None),
            branch=definition.plan.branch or (run.variables.get("base_branch") if context else None),
            event={name: text for name, text in run.variables.items() if name in context and text},
            org_id=run.org_id,
        )
        for number, playbook in enumerate(parts_of(definition.plan.playbooks, run.selection), start=1)
    ]
    if not run.against:
        return requests
    address = other_address(run, definition.plan.allowed_hosts)
    return [with_other_side(request, address) for request in requests]


def place_in_run(run_id: str, session_id: str) -> int | None:
    """Where a session stands among those of its run: playbooks in the plan's order, the attempts of each in theirs.

    So sessions that end in any order are read in one. None: it is not called as `session_requests` calls them.
    """
    match = re.fullmatch(re.escape(run_id) + r"\.(\d+)(?:\.(\d+))?", session_id)
    return None if match is None else int(match[1]) * MOST_ATTEMPTS + int(match[2] or 1)


def values_for(
    playbook: Playbook,
    planned: Mapping[str, str],
    given: Mapping[str, str],
    allowed_hosts: Iterable[str] = (),
    *,
    context: Collection[str] = (),
) -> dict[str, Value]:
    """A value for every variable of a playbook: given beats planned beats default.

    Args:
        planned: The plan's variables; they may hold placeholders that `given` fills, in a single pass.
        given: An event's context or a person's `--var`.
        context: Names of `given` that only fill placeholders: what an event says never replaces what the plan says,
            only because a playbook calls a variable of its own `environment` too.

    Raises:
        UsageError: A required variable or a placeholder has no value, a value does not fit its variable's type, or a
            `url` points to a host that is not allowed.
    """
    values = {}
    for variable in playbook.variables:
        is_given = variable.name in given and variable.name not in context
        text = given[variable.name] if is_given else planned.get(variable.name, variable.default)
        if not is_given and _lacks_argument(text, given):
            text = variable.default  # a command may leave out what the playbook has a value for
        is_of_event = False
        if text is None:
            if variable.required:
                way = "" if context else f"with --var {variable.name}=VALUE or "
                raise UsageError(
                    f"playbook {playbook.id!r} needs the variable {variable.name!r}, which has no value; "
                    f"give one {way}in the definition's variables"
                )
            text = ""
        if not is_given:
            missing = [name for name in placeholders(text) if name not in given]
            if missing:
                why = f"only an event brings; give it with --var {missing[0]}=VALUE"
                raise UsageError(
                    f"variable {variable.name!r} needs {{{{{missing[0]}}}}}, which "
                    + ("this event does not bring" if context else why)
                )
            is_of_event = bool(context) and bool(placeholders(text)) and not variable.secret
            text = _filled(variable, text, given)
            text = cut(variable.type, text) if is_of_event else text
        if text and variable.secret and not SECRET_REFERENCE.match(text):
            raise UsageError(
                f"variable {variable.name!r} is secret, so its value must be a reference, never the secret itself: "
                f"write '${{env:NAME}}' or '${{file:/path}}'"
            )
        if text and not variable.secret:
            text = accepted(variable, text, allowed_hosts=allowed_hosts)
        values[variable.name] = Value(text, variable.secret and bool(text), is_of_event)
    return values


def _lacks_argument(text: str | None, given: Mapping[str, str]) -> bool:
    name = sole(text) if text else None
    return name is not None and name.startswith(ARGS) and name not in given


def _filled(variable: Variable, text: str, given: Mapping[str, str]) -> str:
    """The text with its placeholders filled; in an address each value stays data of its place."""
    if variable.type is not VariableType.URL:
        return fill(text, given)
    try:
        return fill_address(text, given)
    except ValueError as error:
        raise UsageError(f"variable {variable.name!r} cannot be filled: {error}") from error
