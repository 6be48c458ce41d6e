"""What `runs show` prints: a run on one screen, the most telling first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from inspect_pipelines.cli.output import coloured, local_time, printable
from inspect_pipelines.domain.decision import AUTOMATIC
from inspect_pipelines.domain.review import CANCEL_REQUESTED
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import StepStatus
from inspect_pipelines.queries.dossier import Dossier
from inspect_pipelines.queries.duration import short_duration

LABEL = 13  # characters of the left column
VERDICTS = {
    RunStatus.PASSED: "passed: the site looks as approved",
    RunStatus.FAILED: "failed: the site differs or broke an expectation",
    RunStatus.NEEDS_REVIEW: "needs review: a person decides",
}
FLAKY_VERDICT = "flaky: the site looks as approved, but not at first"
NO_VERDICT = "none: the site was not judged"
OPEN_VERDICT = "not yet"


def page(dossier: Dossier) -> str:
    """The text."""
    return "\n".join(
        [
            *_head(dossier),
            *_facts(dossier),
            *_sessions(dossier),
            *_comparisons(dossier),
            *_messages(dossier),
            *_next_steps(dossier),
        ]
    )


def _head(dossier: Dossier) -> Iterator[str]:
    run = dossier.run
    name = dossier.definition_name or "deleted since"
    reviewed = f", {run.reviewed_as}" if run.reviewed_as else ""
    yield f"{coloured(run.status.value)}{reviewed}  {run.definition_id} ({name})"
    told = run.reason.splitlines() or [dossier.doing]
    yield from (f"    {line}" for line in told)
    yield ""


def _facts(dossier: Dossier) -> Iterator[str]:
    run = dossier.run
    verdict = OPEN_VERDICT if run.status.is_open else VERDICTS.get(run.status, NO_VERDICT)
    if dossier.flaky:
        verdict = FLAKY_VERDICT
    yield _row("run", run.id)
    yield _row("verdict", verdict)
    yield _row("origin", f"{run.origin}, by {run.requested_by or 'unknown'}")
    for cause in dossier.causes:
        yield _row("event", f"{cause.decision.event_id}  {printable(cause.decision.reason)}")
    if run.retry_of:
        yield _row("retry of", run.retry_of)
    for retry in dossier.retried_as:
        yield _row("retried as", f"{retry.id}  {coloured(retry.status.value)}")
    if run.selection:
        yield _row("part", f"{run.selection}; what it did not look at is not run")
    if run.variables:
        texts = (f"{name}={text}" for name, text in sorted(run.variables.items()))
        yield _row("variables", printable(", ".join(texts)))  # strangers write titles and branches
    yield from _times(dossier)
    yield _row("report", run.report if dossier.report_is_written else "none is written")
    yield _row("Dagster run", run.dagster_run_id or "none: no worker took it")
    if dossier.dagster_url:
        yield _row("", dossier.dagster_url)


def _times(dossier: Dossier) -> Iterator[str]:
    run = dossier.run
    yield _row("due", _both(run.nominal_at))
    if run.claimed_at:
        late = (run.claimed_at - run.nominal_at).total_seconds()
        yield _row("began", f"{_both(run.claimed_at)}, {short_duration(max(late, 0))} after it was due")
    if run.completed_at:
        took = f", {short_duration(dossier.elapsed_seconds)} of work" if run.claimed_at else ""
        yield _row("ended", f"{_both(run.completed_at)}{took}")
    elif run.deadline_at and dossier.left_seconds is not None:
        yield _row(
            "deadline", f"{_both(run.deadline_at)}, {short_duration(max(dossier.left_seconds, 0))} left"
        )


def _sessions(dossier: Dossier) -> Iterator[str]:
    if not dossier.sessions:
        return
    yield ""
    yield "Sessions"
    attempts: dict[str, int] = {}
    for session in dossier.sessions:
        attempts[session.playbook] = attempt = attempts.get(session.playbook, 0) + 1
        seconds = (session.completed_at - session.started_at).total_seconds()
        nth = f", attempt {attempt}" if attempt > 1 else ""
        yield (
            f"  {session.playbook}{nth}: {session.status.value} in {short_duration(seconds)}, "
            f"{len(session.steps)} steps, {len(session.screenshots)} pictures, {len(session.findings)} findings"
            f"{f', build {session.build}' if session.build else ''}"
        )
        told = {each.message for each in session.findings}
        if session.error and not any(session.error.endswith(message) for message in told):
            yield f"      {session.error}"
        for step in session.steps:
            if step.status is StepStatus.FAILED and step.message not in told:
                yield f"      step {step.name!r}@{step.viewport}: {step.message}"
        for finding in session.findings:
            yield (
                f"      {finding.severity.value} {finding.kind.value} {finding.step_id}@{finding.viewport}: "
                f"{finding.message}{f' ({finding.ignored})' if finding.ignored else ''}"
                f"{' (known since the baseline was approved)' if finding.is_known else ''}"
            )


def _comparisons(dossier: Dossier) -> Iterator[str]:
    if not dossier.comparisons:
        return
    differing = [one for one in dossier.comparisons if not one.looks_as_approved]
    yield ""
    seen = sum(1 for one in dossier.comparisons if one.was_run)
    left = len(dossier.comparisons) - seen
    yield f"Comparisons: {seen - len(differing)} of {seen} as approved" + (
        f", {left} not run" if left else ""
    )
    yield from (f"  {one.outcome.value} {one.view}: {one.sentence}" for one in differing)


def _messages(dossier: Dossier) -> Iterator[str]:
    if dossier.incidents:
        yield ""
        yield "Incidents"
    for incident in dossier.incidents:
        known = (
            f", rejected by {incident.known_by.removeprefix('user:')}: {incident.note}"
            if incident.note
            else ""
        )
        runs = "1 run" if incident.runs == 1 else f"{incident.runs} runs"
        since = local_time(incident.opened_at)
        yield f"  {incident.id} {incident.kind.value}, {incident.state}, {runs} since {since}{known}"
    if dossier.notifications:
        yield ""
        yield "Notifications"
    for note in dossier.notifications:
        one = note.notification
        receipt = f": {one.receipt}" if one.receipt else ""
        yield f"  {one.event.value} to {one.target}: {one.status.value}{receipt}"
    if dossier.decisions:
        yield ""
        yield "Decisions"
    for word in dossier.decisions:
        detail = f": {word.detail}" if word.detail else ""
        who = "automatically" if word.by == AUTOMATIC else f"by {word.by.removeprefix('user:')}"
        yield f"  {word.decision.replace('_', ' ')} {who}{detail}"


def _next_steps(dossier: Dossier) -> Iterator[str]:
    run = dossier.run
    if run.status.is_open:
        unwanted = any(word.decision == CANCEL_REQUESTED for word in dossier.decisions)
        words = ["watch"] if unwanted else ["watch", "cancel"]
    elif run.status is RunStatus.NEEDS_REVIEW and not run.reviewed_as:
        single = " --view NAME" if run.selection else ""  # a part cannot become a whole baseline
        yield f"\naccept its pictures: inspect-pipelines baselines adopt {run.id}{single}"
        return
    elif run.status is RunStatus.PASSED:
        return
    else:
        words = ["logs", "retry"]
    yield "\nnext: " + ", or ".join(f"inspect-pipelines runs {word} {run.id}" for word in words)


def _row(label: str, text: str) -> str:
    return f"  {label:<{LABEL}}{text}"


def _both(at: datetime) -> str:
    return f"{local_time(at)} ({at:%H:%M:%S} UTC)"
