"""What `run`, `runs retry` and `schedules backfill` share: launch a stored run, say that it began and how it ended."""

from __future__ import annotations

import sys

from inspect_pipelines.cli.live import view_of_one
from inspect_pipelines.cli.output import coloured, print_json, say, short_duration, user_name
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.engine import Engine
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.progress import look
from inspect_pipelines.queries.runs import RunSummary, summary
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.runs.await_end import await_end
from inspect_pipelines.usecases.runs.cancel import Cancelled
from inspect_pipelines.usecases.runs.cancel import cancel as cancel_run
from inspect_pipelines.usecases.runs.clear_worker import clear_worker
from inspect_pipelines.usecases.runs.launch import launch
from inspect_pipelines.usecases.runs.project import project

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
    try:
        return await_end(
            house,
            engine,
            handle,
            wanted,
            seen=(lambda: None) if quietly else (lambda: view.show(look(house, wanted.id))),
        )
    except KeyboardInterrupt:
        say(
            f"run {wanted.id} goes on; Ctrl-C once more within {SECOND_THOUGHT_SECONDS:g} s cancels it, later: "
            f"inspect-pipelines runs cancel {wanted.id}",
            err=True,
        )
    try:
        house.clock.sleep(SECOND_THOUGHT_SECONDS)
    except KeyboardInterrupt:
        return cancelled(house, settings, wanted.id, reason="").run
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


def print_start(house: House, run: Run, as_json: bool) -> None:
    shown = summary(house, run)
    if as_json:
        print_json(shown, on_one_line=True)
        return
    say(
        f"run {run.id} of {run.definition_id!r} was started; follow it with: inspect-pipelines runs watch {run.id}"
    )
    say(f"report, when it has ended: {shown.report}")


def print_end(house: House, run: Run, as_json: bool) -> None:
    shown = summary(house, run)
    if as_json:
        print_json(shown, on_one_line=True)
        return
    took = f"  ({took_text(shown)}{_late_text(shown)})" if took_text(shown) else ""
    say(f"{coloured(run.status.value)}  {run.definition_id}{took}")
    for reason in run.reason.splitlines():
        say(f"    {reason}")
    if run.status is RunStatus.NEEDS_REVIEW:
        say(f"accept its pictures: inspect-pipelines baselines adopt {run.id}")
    if run.status is not RunStatus.SKIPPED:  # one that never began has nothing to show
        say(f"report: {shown.report}")


def _late_text(run: RunSummary) -> str:
    """How long nobody worked on it, where somebody may wonder."""
    if run.claimed_at is None:
        return ""
    late = (run.claimed_at - run.requested_at).total_seconds()
    return f", begun {short_duration(late)} after it was asked for" if late >= WORTH_TELLING_SECONDS else ""


def took_text(run: RunSummary) -> str:
    """How long it worked, empty while it does or when it never began."""
    return "" if run.took_seconds is None else short_duration(run.took_seconds)
