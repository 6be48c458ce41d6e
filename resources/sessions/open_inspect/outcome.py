"""Outcome: what an agent's end, answer and pictures say together; what it does not say is not believed for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from inspect_pipelines.domain.agent_answer import AgentAnswer, NoAnswer, read_answer
from inspect_pipelines.domain.finding import Finding, FindingKind, Severity
from inspect_pipelines.domain.ignore import ignored
from inspect_pipelines.domain.published import may_be_skipped, missing
from inspect_pipelines.domain.session import (
    Agent,
    ConsoleLine,
    SessionRequest,
    SessionResult,
    SessionStatus,
    StepResult,
    StepStatus,
)
from resources.sessions.open_inspect.collection import Collection, environment
from resources.sessions.open_inspect.told import Message
from resources.sessions.record import SEVERITIES
from resources.sessions.wire import End

STOPPED = "Execution was stopped"
NOT_TOLD = "the agent does not say what came of it"
MOST_CHARACTERS = 2000  # of a console line
MOST_LINES = 100


def ended_by(message: Message, error: str, *, is_success: bool | None) -> End:
    """What the end of an agent's work means.

    Args:
        error: As its last event has it.
        is_success: The same; None: there is no such event.
    """
    if message.status == "completed" and is_success is not False:
        return End(SessionStatus.COMPLETED)
    why = " ".join((message.error or error or "it does not say why").split())[:300]
    if STOPPED in why:
        return End(SessionStatus.CANCELLED, "somebody stopped the agent on the control plane")
    return End(SessionStatus.CRASHED, f"the agent did not finish: {why}; another try may help")


def outcome(
    request: SessionRequest,
    end: End,
    answer: str,
    seen: Collection,
    agent: Agent,
    *,
    started_at: datetime,
    completed_at: datetime,
    worked_ms: int,
) -> SessionResult:
    """A session's result.

    Args:
        answer: The agent's last message; it counts only where it came to its own end.
    """
    told = AgentAnswer()
    findings = list(seen.findings)
    is_over = end.status is SessionStatus.COMPLETED
    if is_over:
        try:
            told = read_answer(answer)
        except NoAnswer as why:
            findings.append(
                _finding(
                    request,
                    FindingKind.NO_ANSWER,
                    f"the agent's answer cannot be read: {why}; it stands in the log",
                )
            )
        else:
            findings += _reported(request, told)
            findings += _unmentioned(request, told.steps)
        findings += [
            replace(
                _finding(request, FindingKind.NOT_SHOWN, f"the agent has not shown {screen.view.name!r}"),
                step_id=screen.step.id,
                viewport=screen.view.viewport,
            )
            for screen in missing(seen.wanted, seen.shots.keys(), told.steps)
        ]
    steps = tuple(_steps(request, told.steps))
    failed = [step for step in steps if step.status is StepStatus.FAILED]
    if is_over and failed:
        names = ", ".join(dict.fromkeys(repr(step.step_id) for step in failed))
        end = End(SessionStatus.FAILED, f"the agent could not do {names}")
    today = started_at.date()
    rules = request.playbook.findings
    return SessionResult(
        request.id,
        request.playbook.id,
        end.status,
        started_at,
        completed_at,
        steps=steps,
        screenshots=tuple(seen.shots.values()),
        findings=tuple(replace(each, ignored=ignored(rules.ignore, each, today)) for each in findings),
        console=tuple(_log(answer)),
        environment=environment() if agent.session_id else None,
        error=end.error,
        browser_ms=worked_ms,
        fail_on=rules.fail_on,
        retry_may_help=end.retry_may_help,
        agent=agent,
    )


def _reported(request: SessionRequest, told: AgentAnswer) -> Iterator[Finding]:
    for each in told.findings:
        found = _finding(request, FindingKind.REPORTED, each.message)
        yield replace(found, severity=each.severity, route=each.route)


def _unmentioned(request: SessionRequest, told: Mapping[str, StepStatus]) -> Iterator[Finding]:
    """Steps of which an agent says nothing, or that it left out where the playbook does not let it."""
    for step in request.playbook.steps:
        if step.id not in told and not step.manual:
            yield replace(
                _finding(request, FindingKind.NO_ANSWER, f"{NOT_TOLD}: {step.id!r}"), step_id=step.id
            )
        elif told.get(step.id) is StepStatus.SKIPPED and not may_be_skipped(step):
            message = f"the agent left out {step.id!r}, which has no condition"
            yield replace(_finding(request, FindingKind.NO_ANSWER, message), step_id=step.id)


def _steps(request: SessionRequest, told: Mapping[str, StepStatus]) -> Iterator[StepResult]:
    for viewport in request.playbook.viewports:
        for step in request.playbook.every_step:
            if not step.is_on(viewport.name):
                continue
            status = told.get(step.id, StepStatus.NOT_CHECKED)
            if status is StepStatus.FAILED and step.optional:
                status = StepStatus.OPTIONAL_FAILED
            message = {StepStatus.NOT_CHECKED: NOT_TOLD, StepStatus.FAILED: "as the agent reports"}.get(
                status, ""
            )
            yield StepResult(step.id, step.name, viewport.name, status, 0, message)


def _finding(request: SessionRequest, kind: FindingKind, message: str) -> Finding:
    severity = SEVERITIES.get(kind, Severity.WARNING)
    return Finding(kind, severity, message, request.playbook.id, step_id="", viewport="", route="")


def _log(answer: str) -> Iterator[ConsoleLine]:
    """The agent's last message, whatever it is worth."""
    for line in answer.splitlines()[:MOST_LINES]:
        clean = "".join(sign for sign in line if sign.isprintable() or sign == "\t")
        yield ConsoleLine("", "agent", clean[:MOST_CHARACTERS])
