"""Evidence: what a session has told so far, and the result that becomes of it, complete or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from inspect_pipelines.domain.against import base_of, names_of
from inspect_pipelines.domain.evidence import EvidenceFile, has_failed
from inspect_pipelines.domain.finding import Finding
from inspect_pipelines.domain.screenshot import Environment, Screenshot
from inspect_pipelines.domain.session import (
    ConsoleLine,
    OtherSide,
    SessionRequest,
    SessionResult,
    SessionStatus,
    StepResult,
    StepStatus,
)
from resources.sessions.wire import (
    BESIDE,
    Build,
    End,
    Findings,
    Launching,
    Message,
    OtherEnd,
    Playing,
    decoded,
)


@dataclass
class Evidence:
    """What was seen so far."""

    request: SessionRequest
    started_at: datetime
    player: str  # what plays, as a sentence calls it
    end: End | None = None
    steps: list[StepResult] = field(default_factory=list)
    screenshots: list[Screenshot] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    console: list[ConsoleLine] = field(default_factory=list)
    files: list[EvidenceFile] = field(default_factory=list)
    environment: Environment | None = None
    build: str | None = None
    playing: Playing | None = None
    launched_at: float | None = None  # on the parent's steady counter
    beside: OtherSide | None = None  # what was seen at the other address so far

    def add(self, message: Message, *, now: float) -> None:
        match message:
            case Launching():
                self.launched_at = now
            case Environment():
                self.environment = message
            case Build():
                self.build = message.text
            case Playing():
                self.playing = message
            case StepResult():
                self.steps.append(message)
                self.playing = None
            case Screenshot():
                # a step that was played again took its pictures anew
                self.screenshots = [each for each in self.screenshots if each.view != message.view]
                self.screenshots.append(message)
            case Finding():
                self.findings.append(message)
            case ConsoleLine():
                self.console.append(message)
            case EvidenceFile():
                self.files.append(message)
            case Findings():
                self.findings = list(message.all)
            case End():
                self.end = message

    def hear(self, line: str, *, now: float) -> Message | None:
        """Add what a line of the player's says; None: it is said of the other address.

        Raises:
            Unreadable: The line is not one of ours.
        """
        message = decoded(line.removeprefix(BESIDE))
        if line.startswith(BESIDE):
            self._add_beside(message)
            return None
        self.add(message, now=now)
        return message

    def _add_beside(self, message: Message) -> None:
        assert self.request.beside is not None
        names = names_of(self.request, self.request.beside)
        seen = self.beside or OtherSide(names, (base_of(self.request), base_of(self.request.beside)))
        match message:
            case StepResult():
                seen = replace(seen, steps=(*seen.steps, message))
            case Screenshot():
                shots = (*(each for each in seen.screenshots if each.view != message.view), message)
                seen = replace(seen, screenshots=shots)
            case Finding():
                seen = replace(seen, findings=(*seen.findings, message))
            case Findings():
                seen = replace(seen, findings=message.all)
            case OtherEnd():
                seen = replace(seen, error=message.error)
        self.beside = seen

    def is_of_nothing(self) -> bool:
        """Whether the player ended by itself before it did anything at all."""
        return self.end is not None and self.end.status is SessionStatus.CRASHED and self.launched_at is None

    def has_teardown(self) -> bool:
        """Whether something was begun that the playbook tidies up."""
        has_begun = self.playing is not None or bool(self.steps)
        return has_begun and self.request.playbook.teardown is not None

    def where(self) -> str:
        """How far it came, for the end of a sentence."""
        if self.playing is not None:
            return f"in step {self.playing.step_id!r} ({self.playing.viewport})"
        if self.environment is None:
            return f"before {self.player} was up"
        if not self.steps:
            return "before the first step"
        last = self.steps[-1]
        return f"after step {last.step_id!r} ({last.viewport})"

    def result(self, *, completed_at: datetime, now: float) -> SessionResult:
        assert self.end is not None
        playbook = self.request.playbook
        return SessionResult(
            id=self.request.id,
            playbook=playbook.id,
            status=self.end.status,
            started_at=self.started_at,
            completed_at=completed_at,
            steps=(*self.steps, *self._unplayed()),
            screenshots=tuple(self.screenshots),
            findings=tuple(self.findings),
            console=tuple(self.console) if self._keeps_console() else (),
            files=tuple(self.files),
            environment=self.environment,
            error=self.end.error,
            retry_may_help=self.end.retry_may_help,
            browser_ms=0 if self.launched_at is None else round((now - self.launched_at) * 1000),
            fail_on=playbook.findings.fail_on,
            build=self.build,
            beside=self.beside,
        )

    def _keeps_console(self) -> bool:
        assert self.end is not None  # `result` says so
        playbook = self.request.playbook
        is_whole = self.end.status is SessionStatus.COMPLETED
        failed = has_failed(self.findings, playbook.findings.fail_on, is_whole=is_whole)
        return playbook.evidence.console.holds(has_failed=failed)

    def _unplayed(self) -> Iterator[StepResult]:
        """The steps that the player never reported, so that a report lists every one."""
        reported = {(step.viewport, step.step_id) for step in self.steps}
        for viewport in self.request.playbook.viewports:
            for step in self.request.playbook.every_step:
                if (viewport.name, step.id) in reported or not step.is_on(viewport.name):
                    continue
                result = StepResult(step.id, step.name, viewport.name, StepStatus.SKIPPED, 0, "not reached")
                if self.playing == Playing(step.id, viewport.name):
                    result = replace(result, status=StepStatus.FAILED, message="interrupted")
                yield result
