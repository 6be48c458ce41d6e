"""A teardown that is owed: something was begun that a playbook tidies up, and its session did not come to that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.playbook import Playbook, Step
from inspect_pipelines.domain.session import SessionRequest, SessionResult, StepStatus

TIDIED_LATE = "tidied_late"  # what is kept beside a run whose teardown was played after it


@dataclass(frozen=True, slots=True)
class OwedTeardown:
    """Kept before a session begins, and forgotten once its teardown was played."""

    session_id: str
    run_id: RunId
    playbook: str
    begun_at: datetime  # UTC


def tidies_up(playbook: Playbook) -> bool:
    """Whether its teardown is anything that a browser does."""
    return playbook.teardown is not None and bool(_whole(playbook.teardown))


def is_owed(session: SessionResult, playbook: Playbook) -> bool:
    """Whether some viewport began, and its teardown was not played."""
    if not tidies_up(playbook):
        return False
    assert playbook.teardown is not None
    played = {(each.viewport, each.step_id) for each in session.steps if each.status.is_played}
    begun = {viewport for viewport, step in played if step != playbook.teardown.id}
    return any((viewport, playbook.teardown.id) not in played for viewport in begun)


def only_teardown(request: SessionRequest) -> SessionRequest:
    """The request for what is owed: its login, where there is one, and its teardown."""
    playbook = replace(request.playbook, setup=None, steps=())
    return replace(request, id=f"{request.id}.late", playbook=playbook, known_faults=())


def told_late(owed: OwedTeardown, session: SessionResult, *, at: datetime) -> str:
    """What came of it, as a clause."""
    minutes = max(0, round((at - owed.begun_at).total_seconds() / 60))
    faults = [each for each in session.steps if each.status is StepStatus.FAILED]
    came = "its teardown was played" if not faults and not session.error else "its teardown failed"
    why = session.error or (faults[0].message if faults else "")
    return f"{owed.playbook}: {came} {minutes} min after the session began{f': {why}' if why else ''}"


def _whole(step: Step) -> tuple[object, ...]:
    return (*step.actions, *step.success_criteria)
