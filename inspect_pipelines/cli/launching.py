"""What `run`, `runs retry` and `schedules backfill` share: launch a stored run, say that it began and how it ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from inspect_pipelines.cli.output import coloured, short_duration
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.engine import Engine
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.launch import launch


def launched(house: House, settings: Settings, wanted: Run) -> tuple[Engine, str]:
    """Whoever executes it now, and the handle."""
    from inspect_pipelines.engine.choose import engine_for

    engine = engine_for(settings)
    return engine, launch(house, engine, wanted)


def print_start(house: House, run: Run, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(run_json(house, run)))
        return
    click.echo(
        f"run {run.id} of {run.definition_id!r} was started; follow it with: inspect-pipelines runs watch {run.id}"
    )
    click.echo(f"report, when it has ended: {house.reports.url(run.id)}")


def print_end(house: House, run: Run, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(run_json(house, run)))
        return
    took = f"  ({took_text(run)})" if took_text(run) else ""
    click.echo(f"{coloured(run.status.value)}  {run.definition_id}{took}")
    for reason in run.reason.splitlines():
        click.echo(f"    {reason}")
    if run.status is RunStatus.NEEDS_REVIEW:
        click.echo(f"accept its pictures: inspect-pipelines baselines adopt {run.id}")
    if run.status is not RunStatus.SKIPPED:  # one that never began has nothing to show
        click.echo(f"report: {house.reports.url(run.id)}")


def took_text(run: Run) -> str:
    """How long it worked, empty while it does or when it never began."""
    if run.claimed_at is None or run.completed_at is None:
        return ""
    return short_duration((run.completed_at - run.claimed_at).total_seconds())


def run_json(house: House, run: Run) -> Mapping[str, Any]:
    from inspect_pipelines.stored.serial import dump_json

    return {**json.loads(dump_json(run)), "report": house.reports.url(run.id)}
