"""`run ID [--wait]` and `runs`: start a definition now, and look at what ran."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

import click

from inspect_pipelines.cli.output import aligned, local_time, marked, user_name
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DefinitionId, dagster_name
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.errors import InspectError, UsageError
from inspect_pipelines.ports import Engine, House, Launch
from inspect_pipelines.usecases import start
from inspect_pipelines.usecases.conclude import abort
from inspect_pipelines.usecases.expire import expire
from inspect_pipelines.usecases.notify import send_waiting

POLL_SECONDS = 0.2
EXPIRE_EVERY_SECONDS = 2.0


@click.command()
@click.argument("definition_id", metavar="ID")
@click.option("--wait", is_flag=True, help="Wait for the end; the exit code is the run's.")
@click.option(
    "--var", "variables", multiple=True, metavar="NAME=VALUE", help="A variable's value; may be repeated."
)
@click.option("--allow-review", is_flag=True, help="With --wait: a run that needs review exits with 0.")
@click.option("--json", "as_json", is_flag=True, help="Print the run as JSON.")
def run(
    definition_id: str, wait: bool, variables: tuple[str, ...], allow_review: bool, as_json: bool
) -> None:
    """Start a schedule or trigger now.

    Whatever its cron says, and also when it is switched off.

    Exit codes with --wait: 0 passed, 1 failed or needs review, 2 usage, 3 timeout, error or cancelled.
    """
    from inspect_pipelines.engine.choose import engine_for
    from inspect_pipelines.wiring import house as build

    settings = Settings()
    house = build(settings)
    given = _parsed(variables)
    _reconcile(house)
    key, by = house.clock.new_id(), f"user:{user_name()}"
    wanted = start.request(house, DefinitionId(definition_id), given, by=by, key=key)
    engine = engine_for(settings)
    try:
        handle = engine.launch(launch_of(wanted))
    except InspectError as error:
        abort(
            house, wanted.id, RunStatus.ERROR, str(error)
        )  # else it would wait for a worker that nobody starts
        raise
    if wait:
        ended = wait_for_end(house, engine, handle, wanted)
        _print_end(house, ended, as_json)
        sys.exit(0 if allow_review and ended.status is RunStatus.NEEDS_REVIEW else ended.status.exit_code)
    if as_json:
        click.echo(json.dumps(_as_json(house, wanted)))
    else:
        click.echo(
            f"run {wanted.id} of {definition_id!r} was started; follow it with: inspect-pipelines runs"
        )
        click.echo(f"report, when it has ended: {house.reports.path(wanted.id)}")


@click.command()
@click.option("--definition", "definition_id", metavar="ID", help="Only this schedule's or trigger's.")
@click.option("--status", type=click.Choice([status.value for status in RunStatus]), help="Only these.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def runs(definition_id: str | None, status: str | None, limit: int, as_json: bool) -> None:
    """List runs, newest first."""
    from inspect_pipelines.wiring import house as build

    house = build(Settings())
    _reconcile(house)
    with house.ledger.read() as ledger:
        found = ledger.runs.latest(
            house.org_id,
            definition_id=DefinitionId(definition_id) if definition_id else None,
            status=RunStatus(status) if status else None,
            limit=limit,
        )
        reviewed = {run.id: ledger.reviews.of_run(run.id) for run in found}
    if as_json:
        click.echo(json.dumps([_as_json(house, run) for run in found], indent=2))
        return
    if not found:
        click.echo("no runs yet; start one with: inspect-pipelines run ID --wait")
        return
    rows = []
    for run in found:
        status_text = marked(run.status.value) + (f", {reviewed[run.id][-1][0]}" if reviewed[run.id] else "")
        reason = run.reason.replace("\n", "; ")
        reason = reason if len(reason) <= 70 else reason[:69] + "…"
        rows.append(
            [run.id, run.definition_id, status_text, local_time(run.requested_at), _took(run), reason]
        )
    click.echo(aligned(["RUN", "DEFINITION", "STATUS", "REQUESTED", "TOOK", "REASON"], rows))


def launch_of(run: Run) -> Launch:
    """What an engine needs to execute a run that is stored as pending."""
    return Launch(dagster_name(run.definition_id), run.origin, {"inspect/origin": run.origin})


def wait_for_end(house: House, engine: Engine, handle: str, wanted: Run) -> Run:
    """The concluded run; a worker that dies on the way is found out and the run concluded as `error`."""
    looked_at = house.clock.monotonic()
    while True:
        with house.ledger.read() as ledger:
            run = ledger.runs.find(wanted.id)
        assert run is not None  # stored by the caller, and runs are never deleted
        if not run.status.is_open:
            return run
        if house.clock.monotonic() - looked_at > EXPIRE_EVERY_SECONDS:
            looked_at = house.clock.monotonic()
            if run.status is RunStatus.PENDING and not engine.is_alive(handle):
                abort(
                    house,
                    run.id,
                    RunStatus.ERROR,
                    f"its worker ended before the first step; see {house.home}/logs",
                )
            _reconcile(house)
        house.clock.sleep(POLL_SECONDS)


def _reconcile(house: House) -> None:
    """End what nobody works on any more, and tell people."""
    if expire(house):
        send_waiting(house)


def _parsed(variables: tuple[str, ...]) -> dict[str, str]:
    parsed = {}
    for text in variables:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"--var {text!r} cannot be read: write it as NAME=VALUE")
        parsed[name] = value
    return parsed


def _print_end(house: House, run: Run, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_as_json(house, run)))
        return
    took = f"  ({_took(run)})" if _took(run) else ""
    click.echo(f"{marked(run.status.value)}  {run.definition_id}{took}")
    for reason in run.reason.splitlines():
        click.echo(f"    {reason}")
    if run.status is RunStatus.NEEDS_REVIEW:
        click.echo(f"accept its pictures: inspect-pipelines baselines adopt {run.id}")
    if run.status is not RunStatus.SKIPPED:  # one that never began has nothing to show
        click.echo(f"report: {house.reports.path(run.id)}")


def _took(run: Run) -> str:
    if run.claimed_at is None or run.completed_at is None:
        return ""
    return f"{(run.completed_at - run.claimed_at).total_seconds():.1f} s"


def _as_json(house: House, run: Run) -> Mapping[str, Any]:
    from inspect_pipelines.config.serial import dump_json

    return {**json.loads(dump_json(run)), "report": str(house.reports.path(run.id))}
