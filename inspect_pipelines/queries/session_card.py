"""What a report says about a session: its steps over viewports, and the attempts that it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inspect_pipelines.domain.evidence import EvidenceFile
from inspect_pipelines.domain.retry import RetryClass
from inspect_pipelines.domain.session import Agent, SessionResult, StepResult, StepStatus

WHY = {
    RetryClass.INFRA: "the attempt before was not the site's fault",
    RetryClass.FINDING: "the attempt before found a fault",
    RetryClass.VISUAL: "another look at views that differed",
    RetryClass.REPAIR: "an agent looked where an element has gone",
    RetryClass.SITE_CHANGED: "the site changed during the attempt before",
}
MARKS = {
    StepStatus.PASSED: "✓",
    StepStatus.FAILED: "✗",
    StepStatus.SKIPPED: "-",
    StepStatus.OPTIONAL_FAILED: "~",
    StepStatus.NOT_CHECKED: "?",
}


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step over the viewports that played it."""

    name: str
    results: tuple[
        tuple[str, StepResult | None], ...
    ]  # (viewport, result), None: the step is for other viewports


@dataclass(frozen=True, slots=True)
class SessionCard:
    playbook: str
    status: str
    error: str | None
    browser_ms: int
    viewports: tuple[str, ...]
    rows: tuple[StepRow, ...]
    longest_ms: int
    build: str | None = None  # of the site, where it says so
    files: tuple[EvidenceFile, ...] = ()
    agent: Agent | None = None  # None: a browser of ours played it


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One time that a playbook was played."""

    playbook: str
    number: int
    why: str  # empty for the first
    status: str
    decides: bool
    saw: str  # what was wrong; empty when nothing was, or when it decides: the page says it elsewhere
    took_ms: int
    views: int


def session_card(session: SessionResult) -> SessionCard:
    """Its steps; its error only where no step says it already."""
    viewports = tuple(dict.fromkeys(step.viewport for step in session.steps))
    by_place = {(step.step_id, step.viewport): step for step in session.steps}
    names = {step.step_id: step.name or step.step_id for step in session.steps}
    rows = tuple(
        StepRow(name, tuple((viewport, by_place.get((step_id, viewport))) for viewport in viewports))
        for step_id, name in names.items()
    )
    longest = max((step.duration_ms for step in session.steps), default=0)
    said = [step.message for step in session.steps if step.message]
    error = session.error
    if error and any(error.endswith(message) for message in said):
        error = None
    return SessionCard(
        session.playbook,
        session.status.value,
        error,
        session.browser_ms,
        viewports,
        rows,
        longest,
        session.build,
        session.files,
        session.agent,
    )


def attempt_rows(
    attempts: Sequence[SessionResult], deciding: Sequence[SessionResult]
) -> tuple[AttemptRow, ...]:
    """Every time that a playbook was played, when one was played more than once; else there is nothing to say."""
    if len({each.playbook for each in attempts}) == len(attempts):
        return ()
    final = {(each.playbook, each.attempt) for each in deciding}
    return tuple(_attempt(each, decides=(each.playbook, each.attempt) in final) for each in attempts)


def _attempt(session: SessionResult, *, decides: bool) -> AttemptRow:
    faults = [each.message for each in session.findings if each.fails_at(session.fail_on)]
    took = session.completed_at - session.started_at
    return AttemptRow(
        session.playbook,
        session.attempt,
        WHY[RetryClass(session.cause)] if session.cause else "",
        session.status.value,
        decides,
        "" if decides else session.error or (faults[0] if faults else ""),
        round(took.total_seconds() * 1000),
        len(session.screenshots),
    )
