"""What a session's player says to the process that watches it: lines `kind JSON`, the last one an End."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from inspect_pipelines.domain.evidence import EvidenceFile
from inspect_pipelines.domain.finding import Finding
from inspect_pipelines.domain.screenshot import Environment, Screenshot
from inspect_pipelines.domain.session import ConsoleLine, SessionStatus, StepResult
from inspect_pipelines.stored.serial import dump_json, load_json


@dataclass(frozen=True, slots=True)
class Launching:
    """What plays is being started: from here on its time counts."""


@dataclass(frozen=True, slots=True)
class Playing:
    """A step begins."""

    step_id: str
    viewport: str


@dataclass(frozen=True, slots=True)
class Build:
    """What the site says of its build."""

    text: str


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings of the session, with their final counts; replaces those told one by one."""

    all: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class End:
    """Nothing comes after it."""

    status: SessionStatus
    error: str | None = None
    retry_may_help: bool = True  # of a crash


@dataclass(frozen=True, slots=True)
class OtherEnd:
    """The other address was played as far as it could be."""

    error: str | None = None


Message = (
    Launching
    | Environment
    | Build
    | Playing
    | StepResult
    | Screenshot
    | Finding
    | ConsoleLine
    | EvidenceFile
    | Findings
    | OtherEnd
    | End
)
KINDS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        Launching,
        Environment,
        Build,
        Playing,
        StepResult,
        Screenshot,
        Finding,
        ConsoleLine,
        EvidenceFile,
        Findings,
        OtherEnd,
        End,
    )
}
BESIDE = "beside "  # begins a line that is said of the other address


def encoded(message: Message) -> str:
    """One line, without its end; JSON text holds no line break."""
    return f"{type(message).__name__} {dump_json(message)}"


def decoded(line: str) -> Message:
    """The inverse of `encoded`.

    Raises:
        Unreadable: The line is not one of ours.
        KeyError: Its kind is unknown.
    """
    kind, _, text = line.partition(" ")
    message: Message = load_json(KINDS[kind], text)
    return message
