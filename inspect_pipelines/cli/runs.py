"""`runs list|show|watch|compare|cancel|retry|logs|open`: look at what ran and runs, and step in."""

from __future__ import annotations

import shlex
import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from inspect_pipelines.cli import dossier as dossiers
from inspect_pipelines.cli.bisect import bisect
from inspect_pipelines.cli.bundle import bundle, key
from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.comparison import print_comparison
from inspect_pipelines.cli.desks.runs import RunDesk, RunsHere, RunsThere
from inspect_pipelines.cli.desks.starts import Started, started_here, started_there
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.launching import launched, print_end, print_start, took_text
from inspect_pipelines.cli.moments import past
from inspect_pipelines.cli.output import coloured, local_time, print_json, say, terminal_width, user_name
from inspect_pipelines.cli.paging import page_options, say_rest
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.evidence import EvidenceKind
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import NotFound, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.run import find_run
from inspect_pipelines.queries.runs import RunSummary
from inspect_pipelines.usecases.runs.reconcile import reconcile
from inspect_pipelines.usecases.runs.retry import retry as retry_run

if TYPE_CHECKING:
    from inspect_pipelines.client.client import Client

FAILED = (RunStatus.FAILED, RunStatus.TIMEOUT, RunStatus.ERROR)


class ListByDefault(Group):
    """`runs` alone, or with options only, is `runs list`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=ListByDefault)
def runs() -> None:
    """List, show, watch, compare, cancel and retry runs.

    RUN is a run's id or the beginning of it (6 characters or more). Without a subcommand: list.
    """


runs.add_command(bisect)
runs.add_command(bundle)
runs.add_command(key)


@runs.command("list")
@click.option("--definition", "definition_id", metavar="ID", help="Only this schedule's or trigger's.")
@click.option(
    "--status",
    "statuses",
    type=click.Choice([status.value for status in RunStatus]),
    multiple=True,
    help="Only these; may be repeated.",
)
@click.option("--failed", is_flag=True, help="Only failed, timeout and error.")
@click.option("--since", metavar="WHEN", help="Requested since then: 2h, 3d, 2026-11-22, 2026-11-22T14:00.")
@page_options(20)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(
    definition_id: str | None,
    statuses: tuple[str, ...],
    failed: bool,
    since: str | None,
    limit: int,
    after: str | None,
    as_json: bool,
) -> None:
    """List runs, newest first."""
    wanted = [RunStatus(status) for status in statuses]
    if failed and wanted:
        raise UsageError("--failed and --status cannot go together: --failed means failed, timeout and error")
    ours = _desk()
    page_after = partial(
        ours.list,
        definition_id=definition_id,
        status=FAILED if failed else wanted or None,
        since=past(since, option="--since", now=ours.now()) if since else None,
    )
    page = page_after(cursor=after, limit=limit)
    found = page.items
    if page.problem:
        say(page.problem, err=True)
    if as_json:
        print_json(found)
    elif found:
        header = ["RUN", "DEFINITION", "STATUS", "REQUESTED", "TOOK", "REASON"]
        rows = [_row(run) for run in found]
        say(aligned(header, rows, width=terminal_width(), optional=["TOOK", "REQUESTED", "REASON"]))
    elif after:
        say("no older run matches")
    else:
        is_filtered = definition_id or wanted or failed or since
        say(
            "no run matches"
            if is_filtered
            else "no runs yet; start one with: inspect-pipelines run ID --wait"
        )
    say_rest(page, lambda cursor, most: page_after(cursor=cursor, limit=most))


@runs.command()
@click.argument("text", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(text: str, as_json: bool) -> None:
    """Show everything about a run.

    RUN may also be a definition's id: its latest run.
    """
    found = _desk().show(text)
    if as_json:
        print_json(found)
    else:
        say(dossiers.page(found))


@runs.command()
@click.argument("text", metavar="[RUN]", required=False)
@click.option("--follow", "-f", is_flag=True, help="Without RUN: go on when nothing is open any more.")
def watch(text: str | None, follow: bool) -> None:
    """Follow a run, or all open ones, until they end.

    Ctrl-C ends the watching, not the runs. With RUN (a run, or a definition's id for its latest one) the exit code is
    the run's, 3 after Ctrl-C.
    """
    from inspect_pipelines.cli.live import view_of_many, view_of_one

    if text is not None and follow:
        raise UsageError("--follow and RUN cannot go together: a single run is watched until it ends")
    ours = _desk()
    run_id = ours.find(text, or_definition=True) if text is not None else None
    view = view_of_one() if run_id else view_of_many()
    try:
        for seen in ours.watch(run_id, stays=follow):
            if run_id is None and not seen and not follow:
                say("no run is open; start one with: inspect-pipelines run ID")
                return
            view.show(seen)
    except KeyboardInterrupt:
        say("stopped watching; the runs go on", err=True)
        sys.exit(0 if run_id is None else 3)  # how that one ends is not known, and 0 would say that it passed
    if run_id is not None:
        ended = ours.summary(run_id)
        print_end(ended, as_json=False)
        sys.exit(ended.status.exit_code)


@runs.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--all", "shows_all", is_flag=True, help="List what is the same too.")
def compare(old: str, new: str, as_json: bool, shows_all: bool) -> None:
    """Compare the pictures of two runs, view by view.

    By the judge of the runs, and what the plan of NEW allows. It decides nothing: what is approved stays as it is. A
    definition's id means its latest run.

    Exit codes: 0 they show the same, 1 something differs, 2 usage.
    """
    ours = _desk()
    found = ours.compare(ours.find(new, or_definition=True), ours.find(old, or_definition=True))
    if as_json:
        print_json(found)
    else:
        print_comparison(found, shows_all=shows_all)
    sys.exit(0 if all(one.passed for one in found.comparisons) else 1)


@runs.command()
@click.argument("text", metavar="RUN")
@click.option("--reason", default="", help="Why; shown with the run.")
def cancel(text: str, reason: str) -> None:
    """End a run now; what it saw until then is kept.

    Cancelling twice changes nothing; a run that has ended otherwise cannot be cancelled (exit code 2).
    """
    ours = _desk()
    done = ours.cancel(ours.find(text), reason=reason)
    if not done.was_open:
        say(f"run {done.run.id} was cancelled before: {done.run.reason}")
        return
    say(f"{coloured('cancelled')}  {done.run.definition_id}\n    {done.run.reason}")


@runs.command()
@click.argument("text", metavar="RUN")
@click.option("--wait", is_flag=True, help="Wait for the end; the exit code is the new run's.")
@click.option("--json", "as_json", is_flag=True, help="Print the new run as JSON.")
def retry(text: str, wait: bool, as_json: bool) -> None:
    """Run the same once more.

    The definition as it is now, with the variables of RUN; the new run names the first. Refused while RUN is open.
    """
    done = desk(partial(_retried_here, text), partial(_retried_there, text))
    if not wait:
        print_start(done.run, as_json)
        return
    ended = done.await_end(as_json)
    print_end(ended, as_json)
    sys.exit(ended.status.exit_code)


def _retried_here(text: str, house: House) -> Started:
    settings = Settings()
    reconcile(house)
    wanted = retry_run(house, find_run(house, text).id, by=f"user:{user_name()}")
    engine, handle = launched(house, settings, wanted)
    return started_here(house, settings, engine, handle, wanted)


def _retried_there(text: str, client: Client) -> Started:
    return started_there(client, client.runs.retry_run(client.find.run(text).id))


@runs.command()
@click.argument("text", metavar="RUN")
@click.option(
    "--events", "only_events", is_flag=True, help="Dagster's event log, also when its process kept one."
)
def logs(text: str, only_events: bool) -> None:
    """Print a run's steps and what its process said, else Dagster's log.

    RUN may also be a definition's id: its latest run.
    """
    ours = _desk()
    run = ours.summary(ours.find(text, or_definition=True))
    printed = False
    for line in ours.log(run.id, only_events=only_events):
        printed = True
        say(line)
    if not printed:
        say(f"run {run.id} ({run.status.value}) has said nothing that was kept", err=True)


@runs.command("open", short_help="Print where a run's report, trace, film or network log is.")
@click.argument("text", metavar="RUN")
@click.option("--trace", "kind", flag_value="trace", help="Traces, for Playwright's viewer.")
@click.option("--video", "kind", flag_value="video", help="Films, animated WebP.")
@click.option("--har", "kind", flag_value="har", help="Network logs.")
def open_(text: str, kind: str | None) -> None:
    """Print where a run's report is, or each file that was kept beside its pictures.

    RUN may also be a definition's id: its latest run.
    """
    ours = _desk()
    run_id = ours.find(text, or_definition=True)
    if kind is None:
        say(ours.report(run_id))
        return
    wanted = EvidenceKind(kind)
    found = [(file, where) for file, where in ours.evidence(run_id) if file.kind is wanted]
    if not found:
        raise NotFound(
            f"run {run_id!r} has no {kind}; have one kept with 'evidence: {{{kind}: on_failure}}' in its playbook"
        )
    for file, where in found:
        say(f"{file.viewport}  {where}")
        if wanted is EvidenceKind.TRACE and not where.startswith("("):
            say(f"look at it with: playwright show-trace {shlex.quote(where)}", err=True)


def _desk() -> RunDesk:
    ours: RunDesk = desk(RunsHere, RunsThere)
    return ours


def _row(run: RunSummary) -> list[str]:
    return [
        run.id,
        run.definition_id,
        coloured(run.status.value) + (f", {run.reviewed_as}" if run.reviewed_as else ""),
        local_time(run.requested_at),
        took_text(run),
        run.reason.replace("\n", "; "),
    ]
