"""What `run`, `runs retry` and `schedules backfill` share: launch a stored run, say that it began and how it ended."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

from inspect_pipelines.cli.live import view_of_one
from inspect_pipelines.cli.output import coloured, print_json, say, user_name
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.engine import Engine
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.duration import short_duration
from inspect_pipelines.queries.progress import look
from inspect_pipelines.queries.runs import RunSummary
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.runs.await_end import await_end
from inspect_pipelines.usecases.runs.cancel import Cancelled
from inspect_pipelines.usecases.runs.cancel import cancel as cancel_run
from inspect_pipelines.usecases.runs.clear_worker import clear_worker
from inspect_pipelines.usecases.runs.launch import launch
from inspect_pipelines.usecases.runs.project import project

R = TypeVar("R")
WORTH_TELLING_SECONDS = 1.0
SECOND_THOUGHT_SECONDS = 3.0  # in which another Ctrl-C means the run, not only the waiting for it


def launched(house: House, settings: Settings, wanted: Run) -> tuple[Engine, str]:
    """Whoever executes it now, and the handle."""
    from inspect_pipelines.engine.choose import engine_for

    engine = engine_for(settings)
    return engine, launch(house, engine, wanted)


def awaited(
    house: House, settings: Settings, engine: Engine, handle: str, wanted: Run, *, quietly: bool = False
) -> Run:
    """The run as it ended; Ctrl-C ends the waiting with exit code 3, a second one ends the run as well.

    Args:
        quietly: Show nothing meanwhile.
    """
    view = view_of_one()

    def wait() -> Run:
        return await_end(
            house,
            engine,
            handle,
            wanted,
            seen=(lambda: None) if quietly else (lambda: view.show(look(house, wanted.id))),
        )

    def cancel() -> Run:
        return cancelled(house, settings, wanted.id, reason="").run

    return heeding(wait, cancel, house.clock, wanted.id)


def heeding(wait: Callable[[], R], cancel: Callable[[], R], clock: Clock, run_id: RunId) -> R:
    """What the waiting gives; Ctrl-C ends it with exit code 3, a second one soon after the run as well.

    Args:
        wait: Until the run has ended.
        cancel: End it now.
        clock: For the second thought.
        run_id: The run.
    """
    try:
        return wait()
    except KeyboardInterrupt:
        say(
            f"run {run_id} goes on; Ctrl-C once more within {SECOND_THOUGHT_SECONDS:g} s cancels it, later: "
            f"inspect-pipelines runs cancel {run_id}",
            err=True,
        )
    try:
        clock.sleep(SECOND_THOUGHT_SECONDS)
    except KeyboardInterrupt:
        return cancel()
    sys.exit(3)  # how it ends is not known, and 0 would say that it passed


def cancelled(house: House, settings: Settings, run_id: RunId, *, reason: str) -> Cancelled:
    """End a run now, and tell whoever is to hear of it."""
    from inspect_pipelines.engine.choose import terminators

    done = cancel_run(house, run_id, lambda: terminators(settings), by=f"user:{user_name()}", reason=reason)
    if done.is_ours:
        send_waiting(house)
        project(house)
    if done.run.status is RunStatus.CANCELLED:
        clear_worker(house, run_id)
    return done


def print_start(run: RunSummary, as_json: bool) -> None:
    if as_json:
        print_json(run, on_one_line=True)
        return
    say(
        f"run {run.id} of {run.definition_id!r} was started; follow it with: inspect-pipelines runs watch {run.id}"
    )
    say(f"report, when it has ended: {run.report}")


def print_end(run: RunSummary, as_json: bool) -> None:
    if as_json:
        print_json(run, on_one_line=True)
        return
    took = f"  ({took_text(run)}{_late_text(run)})" if took_text(run) else ""
    say(f"{coloured(run.status.value)}  {run.definition_id}{took}")
    for reason in run.reason.splitlines():
        say(f"    {reason}")
    if run.status is RunStatus.NEEDS_REVIEW:
        say(f"accept its pictures: inspect-pipelines baselines adopt {run.id}")
    if run.status is not RunStatus.SKIPPED:  # one that never began has nothing to show
        say(f"report: {run.report}")


def _late_text(run: RunSummary) -> str:
    """How long nobody worked on it, where somebody may wonder."""
    if run.claimed_at is None:
        return ""
    late = (run.claimed_at - run.requested_at).total_seconds()
    return f", begun {short_duration(late)} after it was asked for" if late >= WORTH_TELLING_SECONDS else ""


def took_text(run: RunSummary) -> str:
    """How long it worked, empty while it does or when it never began."""
    return "" if run.took_seconds is None else short_duration(run.took_seconds)
