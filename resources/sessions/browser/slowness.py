"""Slowness: what took longer than its step may."""

from __future__ import annotations

from inspect_pipelines.domain.action import Action, Goto, Request, TakeScreenshot, WaitFor
from inspect_pipelines.domain.expectation import ExpectText
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.gesture import Press
from inspect_pipelines.domain.playbook import Step
from resources.sessions.record import Record


def tell_if_slow(record: Record, action: Action, step: Step, url: str, took_seconds: float) -> None:
    """A finding, where an action took longer than the step's `slow`; somebody who waits longer expects it to last."""
    budget = step.slow_seconds
    if isinstance(action, WaitFor) and action.timeout_seconds is not None:
        budget = max(budget, action.timeout_seconds)
    if took_seconds > budget:
        record.find(
            FindingKind.SLOW,
            f"{_called(action)} took {took_seconds:.0f} s, longer than the {budget:g} s that the step may (`slow`)",
            url=url,
        )


def _called(action: Action) -> str:
    match action:
        case Goto():
            return f"goto {action.url!r}"
        case TakeScreenshot():
            return f"the page of screenshot {action.name!r}"
        case Request():
            return f"request {action.method} {action.url!r}"
        case Press() | ExpectText():
            return action.verb
        case _ if target := getattr(action, "target", None):
            return f"{action.verb} {target}"
        case _:
            return action.verb
