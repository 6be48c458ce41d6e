"""What a browser session's two processes say to each other: one order in, then lines `kind JSON` out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspect_pipelines.domain.finding import Finding
from inspect_pipelines.domain.screenshot import Environment, Screenshot
from inspect_pipelines.domain.session import ConsoleLine, SessionRequest, SessionStatus, StepResult
from inspect_pipelines.stored.serial import dump_json, load_json


@dataclass(frozen=True, slots=True)
class Order:
    """All that a worker needs; holds references to secrets, never secrets."""

    request: SessionRequest
    gallery: Path
    scratch: Path  # for the profile and every temporary file; the parent removes it
    chromium: Path  # a leash around the real one, see leash.py
    no_sandbox: bool


@dataclass(frozen=True, slots=True)
class Launching:
    """The browser is being started."""


@dataclass(frozen=True, slots=True)
class Playing:
    """A step begins."""

    step_id: str
    viewport: str


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


Message = Launching | Environment | Playing | StepResult | Screenshot | Finding | ConsoleLine | Findings | End
KINDS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        Launching,
        Environment,
        Playing,
        StepResult,
        Screenshot,
        Finding,
        ConsoleLine,
        Findings,
        End,
    )
}


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
