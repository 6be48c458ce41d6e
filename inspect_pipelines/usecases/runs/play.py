"""Perform a run: play its playbooks, one session each, and keep what they saw."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from inspect_pipelines.domain.accepted_finding import with_known
from inspect_pipelines.domain.ids import RunId, chance
from inspect_pipelines.domain.retry import (
    BESIDE,
    RetryClass,
    allowance,
    deciding,
    delay,
    known_faults,
    next_cause,
    spent,
)
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.session import (
    SessionRequest,
    SessionResult,
    SessionStatus,
    StepResult,
    ToldStep,
)
from inspect_pipelines.domain.session_request import place_in_run, session_requests
from inspect_pipelines.domain.teardown import OwedTeardown, is_owed, tidies_up
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.errors import InspectError, NotFound, Unavailable
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.approved_for import approved_for
from inspect_pipelines.usecases.runs.check_cost import overspent
from inspect_pipelines.usecases.runs.play_beside import play_beside
from inspect_pipelines.usecases.runs.refuse_ended import refuse_ended
from inspect_pipelines.usecases.runs.tidy_up import tidy_up_after

LOOK_SECONDS = 0.25  # how often a wait looks for a cancel, which is promised within 2 s


def play_all(
    house: House, run_id: RunId, *, cancelled: Callable[[], bool] = lambda: False
) -> list[SessionResult]:
    """Play every playbook of the run's plan, agents' beside each other where it says so; one that fails does not stop the rest.

    What went wrong may be tried again, see domain/retry. A session that was told to stop (deadline, cancel) ends the list.

    Returns:
        The session of each playbook that decides, in the plan's order.
    """
    with house.ledger.read() as ledger:
        run = ledger.runs.find(run_id)
        definition = ledger.definitions.find(run.definition_id) if run else None
        played = ledger.evidence.sessions(run_id)
    if run is None or definition is None:
        raise NotFound(f"run {run_id!r} cannot be played: it or its definition is gone; start it again")

    def play_one(request: SessionRequest, cancelled: Callable[[], bool]) -> SessionResult:
        if not any(each.playbook == request.playbook.id for each in played):
            played.append(
                play(house, run, request, cancelled=cancelled)
            )  # a repeated op: what is missing only
        while (again := _again(house, run, definition, request, played, cancelled)) is not None:
            played.append(again)
        (result,) = deciding([each for each in played if each.playbook == request.playbook.id])
        return result

    results = play_beside(
        session_requests(run, definition),
        play_one,
        is_elsewhere=lambda request: house.sessions.are_elsewhere(request.playbook),
        most=definition.plan.max_parallel,
        cancelled=cancelled,
    )
    tidy_up_after(house, run_id)
    return results


def _again(
    house: House,
    run: Run,
    definition: Definition,
    request: SessionRequest,
    played: list[SessionResult],
    cancelled: Callable[[], bool],
) -> SessionResult | None:
    """One more attempt at a playbook; None: nothing to mend, no time left, or cancelled."""
    attempts = [each for each in played if each.playbook == request.playbook.id]
    if any(each.cause in BESIDE for each in attempts):
        return None  # a repeated op: it was looked at again already
    cause = next_cause(attempts, definition.plan.retries)
    if cause is None:
        return None
    left = allowance(run.timeout_minutes) - spent(played)
    wait = delay(cause, sum(1 for each in attempts if each.cause == cause), chance(house.clock.new_id()))
    now = house.clock.now()
    if wait >= left or now + wait >= (run.deadline_at or now) or not waited(house, wait, cancelled):
        return None
    request = replace(request, known_faults=known_faults(attempts[-1]))
    return play(
        house, run, request, attempt=len(attempts) + 1, cause=cause, within=left - wait, cancelled=cancelled
    )


def waited(house: House, wait: timedelta, cancelled: Callable[[], bool]) -> bool:
    """Wait, and look often whether somebody cancelled the run meanwhile; False: somebody did."""
    until = house.clock.monotonic() + wait.total_seconds()
    while (left := until - house.clock.monotonic()) > 0:
        if cancelled():
            return False
        house.clock.sleep(min(left, LOOK_SECONDS))
    return not cancelled()


def play(
    house: House,
    run: Run,
    request: SessionRequest,
    *,
    attempt: int = 1,
    cause: RetryClass | None = None,
    within: timedelta | None = None,
    views: Collection[View] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> SessionResult:
    """Play one session and keep what it saw.

    Args:
        attempt: Its number among the playbook's.
        cause: Why it is played again.
        within: How long it may take at most; the run's deadline holds in any case.
        views: Those whose pictures are kept; None: all.

    Raises:
        Refused: Somebody ended the run meanwhile.
    """
    if attempt > 1:
        request = replace(request, id=f"{request.id}.{attempt}")
    is_tidied = tidies_up(request.playbook)
    if is_tidied:
        owed = OwedTeardown(request.id, run.id, request.playbook.id, house.clock.now())
        with house.ledger.write() as ledger:
            ledger.teardowns.owe(owed)
    tell = partial(_tell, house, run.id, request, attempt)
    result = _played(house, run, request, within, cancelled, tell)
    shots = result.screenshots if views is None else [s for s in result.screenshots if s.view in views]
    if views is not None and result.beside is not None:
        theirs = tuple(shot for shot in result.beside.screenshots if shot.view in views)
        result = replace(result, beside=replace(result.beside, screenshots=theirs))
    result = _with_known(house, run, result)
    result = replace(
        result, id=request.id, attempt=attempt, cause=cause and cause.value, screenshots=tuple(shots)
    )
    if is_tidied and not is_owed(result, request.playbook):
        with house.ledger.write() as ledger:  # whatever has become of the run meanwhile
            ledger.teardowns.settle(request.id)
    with house.ledger.write() as ledger:
        refuse_ended(ledger, run.id)
        ledger.evidence.save_session(run.id, result, position=place_in_run(run.id, result.id))
        ledger.steps.forget(run.id)
    return result


def _with_known(house: House, run: Run, result: SessionResult) -> SessionResult:
    """Before anybody judges it: what was there when the baseline was approved is known."""
    if not result.findings:
        return result
    with house.ledger.read() as ledger:
        definition = ledger.definitions.find(run.definition_id)
        baseline = approved_for(ledger, definition, run)
    return with_known(result, baseline.findings) if baseline else result


def _tell(house: House, run_id: RunId, request: SessionRequest, attempt: int, step: StepResult) -> None:
    """Let whoever watches see a step; a ledger that cannot be written now only makes them see less."""
    with suppress(InspectError), house.ledger.write() as ledger:
        ledger.steps.tell(run_id, ToldStep(request.id, request.playbook.id, attempt, step))


def _played(
    house: House,
    run: Run,
    request: SessionRequest,
    within: timedelta | None,
    cancelled: Callable[[], bool],
    told: Callable[[StepResult], None],
) -> SessionResult:
    now = house.clock.now()
    deadline = run.deadline_at or now
    if now >= deadline:
        reason = (
            f"the run's {run.timeout_minutes} minutes were over before playbook {request.playbook.id!r} began"
        )
        return _unplayed(request, SessionStatus.TIMEOUT, now, reason)
    if house.sessions.are_elsewhere(request.playbook) and (why := _overspent(house, run, request, now)):
        reason = f"playbook {request.playbook.id!r} was not given to an agent: {why}"
        return replace(_unplayed(request, SessionStatus.CRASHED, now, reason), retry_may_help=False)
    if within is not None:
        deadline = min(deadline, now + within)
    try:
        return house.sessions.play(request, deadline=deadline, cancelled=cancelled, told=told)
    except Unavailable as error:  # a service that may answer the next time
        return _unplayed(request, SessionStatus.CRASHED, now, str(error))


def _overspent(house: House, run: Run, request: SessionRequest, now: datetime) -> str | None:
    """Why no agent is given this session; None: one is, or one has it already, and is waited for."""
    with house.ledger.read() as ledger:
        definition = ledger.definitions.find(run.definition_id)
        if definition is None or ledger.remote_sessions.find(request.id) is not None:
            return None
        return overspent(ledger, definition, now)


def _unplayed(request: SessionRequest, status: SessionStatus, at: datetime, reason: str) -> SessionResult:
    fail_on = request.playbook.findings.fail_on
    return SessionResult(request.id, request.playbook.id, status, at, at, error=reason, fail_on=fail_on)
