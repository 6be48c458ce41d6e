"""The steps of a run's sessions as lines: what was played, how long it took, what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inspect_pipelines.cli.table import columns
from inspect_pipelines.domain.session import SessionResult, StepResult, StepStatus
from inspect_pipelines.queries.duration import short_duration
from inspect_pipelines.queries.session_card import MARKS


def lines(sessions: Sequence[SessionResult]) -> Iterator[str]:
    """A heading for each session, then a line for each of its steps."""
    for session in sessions:
        nth = f", attempt {session.attempt}" if session.attempt > 1 else ""
        took = short_duration((session.completed_at - session.started_at).total_seconds())
        yield f"{session.playbook}{nth}: {session.status.value} in {took}"
        yield from (f"  {line}" for line in columns([_row(step) for step in session.steps]))
        yield ""


def step_line(step: StepResult) -> str:
    """One step by itself, named as reasons name it."""
    mark, viewport, took, says = _row(step)
    return "  ".join(part for part in (f"{mark}@{viewport}", took, says) if part)


def _row(step: StepResult) -> list[str]:
    took = short_duration(step.duration_ms / 1000) if step.status.is_played else ""
    says = " ".join(step.message.split())
    if step.status is StepStatus.SKIPPED:
        says = f"not played: {step.message}"
    elif step.status in (StepStatus.OPTIONAL_FAILED, StepStatus.NOT_CHECKED):
        says = f"{step.status.in_words}: {says}"
    return [f"{MARKS[step.status]} {step.step_id}", step.viewport, took, says]
