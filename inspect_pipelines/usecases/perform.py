"""Perform a run: play its playbooks, one session each, and keep what they saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from inspect_pipelines.config.settings import SECRET_REFERENCE
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.session import SessionRequest, SessionResult, SessionStatus, Value
from inspect_pipelines.domain.template import fill, placeholders
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.domain.variable import accepted
from inspect_pipelines.errors import NotFound, UsageError
from inspect_pipelines.ports import House


def play_all(
    house: House, run_id: RunId, *, cancelled: Callable[[], bool] = lambda: False
) -> list[SessionResult]:
    """Play every playbook of the run's plan in order; one that fails does not stop the rest.

    A session that was told to stop (deadline, cancel) ends the list.
    """
    with house.ledger.read() as ledger:
        run = ledger.runs.find(run_id)
        definition = ledger.definitions.find(run.org_id, run.definition_id) if run else None
        played = {session.id: session for session in ledger.evidence.sessions(run_id)}
    if run is None or definition is None:
        raise NotFound(f"run {run_id!r} cannot be played: it or its definition is gone; start it again")
    results = []
    for request in session_requests(run, definition):
        result = played.get(request.id)
        if result is None:  # a repeated op plays only what is missing
            result = _play(house, run, request, cancelled)
        results.append(result)
        if result.status in (SessionStatus.TIMEOUT, SessionStatus.CANCELLED):
            break
    return results


def session_requests(run: Run, definition: Definition) -> list[SessionRequest]:
    """What each session needs, in playing order; ids follow from the run, so that repeating finds them again.

    Raises:
        UsageError: A value is missing, which only an event or `--var` can bring.
    """
    return [
        SessionRequest(
            id=f"{run.id}.{number}",
            run_id=run.id,
            playbook=playbook,
            values=values_for(
                playbook, definition.plan.variables, run.variables, definition.plan.allowed_hosts
            ),
            allowed_hosts=definition.plan.allowed_hosts,
        )
        for number, playbook in enumerate(definition.plan.playbooks, start=1)
    ]


def values_for(
    playbook: Playbook,
    planned: Mapping[str, str],
    given: Mapping[str, str],
    allowed_hosts: Iterable[str] = (),
) -> dict[str, Value]:
    """A value for every variable of a playbook: given beats planned beats default.

    Args:
        planned: The plan's variables; they may hold placeholders that `given` fills, in a single pass.
        given: An event's context or a person's `--var`.

    Raises:
        UsageError: A required variable or a placeholder has no value, a value does not fit its variable's type, or a
            `url` points to a host that is not allowed.
    """
    values = {}
    for variable in playbook.variables:
        text = given.get(variable.name, planned.get(variable.name, variable.default))
        if text is None:
            if variable.required:
                raise UsageError(
                    f"playbook {playbook.id!r} needs the variable {variable.name!r}, which has no value; "
                    f"give one with --var {variable.name}=VALUE or in the definition's variables"
                )
            text = ""
        if variable.name not in given:
            missing = [name for name in placeholders(text) if name not in given]
            if missing:
                raise UsageError(
                    f"variable {variable.name!r} needs {{{{{missing[0]}}}}}, which only an event brings; "
                    f"give it with --var {missing[0]}=VALUE"
                )
            text = fill(text, given)
        if text and variable.secret and not SECRET_REFERENCE.match(text):
            raise UsageError(
                f"variable {variable.name!r} is secret, so its value must be a reference, never the secret itself: "
                f"write '${{env:NAME}}' or '${{file:/path}}'"
            )
        if text and not variable.secret:
            text = accepted(variable, text, allowed_hosts=allowed_hosts)
        values[variable.name] = Value(text, is_secret_reference=variable.secret and bool(text))
    return values


def _play(house: House, run: Run, request: SessionRequest, cancelled: Callable[[], bool]) -> SessionResult:
    deadline = run.deadline_at or house.clock.now()
    started_at = house.clock.now()
    if started_at >= deadline:
        return _kept(house, run, _unplayed(request, SessionStatus.TIMEOUT, started_at, run.timeout_minutes))
    return _kept(house, run, house.sessions.play(request, deadline=deadline, cancelled=cancelled))


def _kept(house: House, run: Run, result: SessionResult) -> SessionResult:
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(run.id, result)
    return result


def _unplayed(request: SessionRequest, status: SessionStatus, at: datetime, minutes: int) -> SessionResult:
    reason = f"the run's {minutes} minutes were over before playbook {request.playbook.id!r} began"
    fail_on = request.playbook.findings.fail_on
    return SessionResult(request.id, request.playbook.id, status, at, at, error=reason, fail_on=fail_on)
