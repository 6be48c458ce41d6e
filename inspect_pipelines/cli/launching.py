"""What `run`, `runs retry` and `schedules backfill` share: launch a stored run, say that it began and how it ended."""

from __future__ import annotations

from inspect_pipelines.cli.output import coloured, print_json, say, short_duration
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.engine import Engine
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.runs import RunSummary, summary
from inspect_pipelines.usecases.runs.launch import launch


def launched(house: House, settings: Settings, wanted: Run) -> tuple[Engine, str]:
    """Whoever executes it now, and the handle."""
    from inspect_pipelines.engine.choose import engine_for

    engine = engine_for(settings)
    return engine, launch(house, engine, wanted)


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
    took = f"  ({took_text(shown)})" if took_text(shown) else ""
    say(f"{coloured(run.status.value)}  {run.definition_id}{took}")
    for reason in run.reason.splitlines():
        say(f"    {reason}")
    if run.status is RunStatus.NEEDS_REVIEW:
        say(f"accept its pictures: inspect-pipelines baselines adopt {run.id}")
    if run.status is not RunStatus.SKIPPED:  # one that never began has nothing to show
        say(f"report: {shown.report}")


def took_text(run: RunSummary) -> str:
    """How long it worked, empty while it does or when it never began."""
    return "" if run.took_seconds is None else short_duration(run.took_seconds)
