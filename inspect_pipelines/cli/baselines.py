"""`baselines list|adopt|reject|activate|rollback|delete|restore|noise|steadiness`: a person's yes or no, its ways back, and how still the pictures hold."""

from __future__ import annotations

import shlex

import click

from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.desks.baselines import BaselineDesk, BaselinesHere, BaselinesThere
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.moments import future
from inspect_pipelines.cli.noise import noise, steadiness
from inspect_pipelines.cli.output import local_time, print_json, printable, say
from inspect_pipelines.cli.paging import page_options, say_rest
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.cli.variants import variants
from inspect_pipelines.domain.branch import layer, named, parted
from inspect_pipelines.queries.baselines import BaselineSummary
from inspect_pipelines.queries.page import Page

UNSEEN_SHOWN = 8  # views that a line names


@click.group(cls=Group)
def baselines() -> None:
    """List, adopt, reject, activate, roll back and delete approved pictures; show their noise."""


for _further in (noise, steadiness, variants):
    baselines.add_command(_further)


@baselines.command("list")
@click.argument("set_name", metavar="[SET]", required=False)
@click.option("--branch", metavar="BRANCH", help="Only a branch's own pictures, over the target's.")
@click.option("--deleted", "with_deleted", is_flag=True, help="Also what was deleted and can be restored.")
@page_options(50)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(
    set_name: str | None, branch: str | None, with_deleted: bool, limit: int, after: str | None, as_json: bool
) -> None:
    """List baselines, newest first.

    SET is a schedule's or trigger's id, or a shared set's name.
    """
    ours = _desk()

    def page_at(cursor: str | None, most: int) -> Page[BaselineSummary]:
        return ours.list(set_name, branch=branch, with_deleted=with_deleted, cursor=cursor, limit=most)

    page = page_at(after, limit)
    found = page.items
    say_rest(page, page_at)
    if as_json:
        print_json(found)
        return
    if not found:
        none = "no baselines yet; accept a run's pictures with: inspect-pipelines baselines adopt RUN"
        say("no older baseline" if after else none)
        return
    rows = [
        [
            "●" if baseline.is_active else "deleted" if baseline.deleted_at else "",
            printable(parted(baseline.set)[0]),
            printable(baseline.branch),  # strangers name branches
            baseline.id,
            str(len(baseline.views)),
            local_time(baseline.created_at),
            baseline.created_by,
            baseline.source_run_id,
        ]
        for baseline in found
    ]
    header = ["USED", "SET", "BRANCH", "BASELINE", "VIEWS", "CREATED", "BY", "FROM RUN"]
    if not any(one.branch for one in found):
        header, rows = [*header[:2], *header[3:]], [[*row[:2], *row[3:]] for row in rows]
    say(aligned(header, rows))


@baselines.command()
@click.argument("run_id", metavar="RUN")
@click.option(
    "--view",
    "view_glob",
    metavar="GLOB",
    help="Only views that match: name, name@viewport, playbook/name@viewport.",
)
@click.option(
    "--drop",
    "drop_glob",
    metavar="GLOB",
    help="Approve that these views, missing in RUN, are gone. Without --view nothing else changes.",
)
@click.option("--force", is_flag=True, help="Also from another environment, or from a run that ended early.")
@click.option("--note", default="", help="Kept with the baseline.")
@click.option("--as-variant", is_flag=True, help="They are right beside what is approved, not instead of it.")
@click.option("--until", "moment", metavar="WHEN", help="The end of these variants, within a year.")
def adopt(
    run_id: str,
    view_glob: str | None,
    drop_glob: str | None,
    force: bool,
    note: str,
    as_variant: bool,
    moment: str | None,
) -> None:
    """Approve the pictures of a run.

    RUN is its id or the beginning of it, or a definition's id for its latest run. Approved views that RUN did not come
    to stay as they are.
    """
    ours = _desk()
    run = ours.find_run(run_id)
    until = future(moment, option="--until", now=ours.now()) if moment else None
    done = ours.adopt(
        run,
        view_glob=view_glob,
        drop_glob=drop_glob,
        force=force,
        note=note,
        as_variant=as_variant,
        until=until,
    )
    baseline, count = done.baseline, len(done.baseline.views)
    if as_variant:
        end = f" until {local_time(until)}" if until else ""
        say(
            f"baseline {baseline.id} of {_named(baseline)} is in use: {_views(len(done.taken))} may look as in run {run} as "
            f"well{end}; list them with: inspect-pipelines baselines variants list {shlex.quote(baseline.set)}"
        )
        return
    share = "" if len(done.taken) == count else f"{len(done.taken)} of them "
    dropped = f", {_views(len(done.dropped))} dropped" if done.dropped else ""
    say(
        f"baseline {baseline.id} of {_named(baseline)} is in use: {_views(count)}, {share}from run {run}"
        f"{dropped}"
    )
    if done.quarantined:
        names = ", ".join(map(str, done.quarantined[:UNSEEN_SHOWN]))
        say(f"left out, since they are quarantined: {names}; --view takes them all the same")
    if done.unseen:
        names = ", ".join(map(str, done.unseen[:UNSEEN_SHOWN])) + (
            ", .." if len(done.unseen) > UNSEEN_SHOWN else ""
        )
        say(
            f"not in this run, approved as before: {names}; what is gone on purpose is dropped with: "
            f"inspect-pipelines baselines adopt {run} --drop {shlex.quote(str(done.unseen[0]))}"
        )


@baselines.command()
@click.argument("run_id", metavar="RUN")
@click.option("--note", required=True, help="What is wrong: a ticket, a sentence; shown with its incident.")
def reject(run_id: str, note: str) -> None:
    """Say that what a run shows is a defect.

    RUN is its id, or a definition's id for its latest run. Its incident is known from now on: nobody is told again
    before it is over.
    """
    ours = _desk()
    found = ours.reject(ours.find_run(run_id), note=note)
    names = ", ".join(found.incidents) or "it has none"
    say(f"run {found.id} is rejected; known incidents: {names}")


@baselines.command()
@click.argument("baseline_id", metavar="BASELINE")
def activate(baseline_id: str) -> None:
    """Put an older (or newer) BASELINE back in use.

    BASELINE is its id, or the beginning of it (6 characters or more).
    """
    ours = _desk()
    baseline = ours.activate(ours.find(baseline_id))
    say(f"baseline {baseline.id} of {_named(baseline)} is in use")


@baselines.command()
@click.argument("set_name", metavar="SET")
@click.option("--branch", default="", metavar="BRANCH", help="Of a branch's own pictures.")
def rollback(set_name: str, branch: str) -> None:
    """Put the baseline before the active one of SET back in use."""
    baseline = _desk().roll_back(layer(set_name, branch))
    say(f"baseline {baseline.id} of {_named(baseline)} is in use, from run {baseline.source_run_id}")


@baselines.command()
@click.argument("baseline_id", metavar="BASELINE")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
def delete(baseline_id: str, is_sure: bool) -> None:
    """Delete a BASELINE that is not in use; it can be restored."""
    ours = _desk()
    found = ours.find(baseline_id)
    if not is_sure:
        click.confirm(f"Delete baseline {found}?", abort=True)
    baseline = ours.delete(found)
    say(
        f"baseline {baseline.id} of {_named(baseline)} is deleted; undo it with: "
        f"inspect-pipelines baselines restore {baseline.id}"
    )


@baselines.command()
@click.argument("baseline_id", metavar="BASELINE")
def restore(baseline_id: str) -> None:
    """Make a deleted BASELINE one of its set again, out of use."""
    ours = _desk()
    baseline = ours.restore(ours.find(baseline_id))
    say(
        f"baseline {baseline.id} of {_named(baseline)} is there again; use it with: "
        f"inspect-pipelines baselines activate {baseline.id}"
    )


def _desk() -> BaselineDesk:
    return desk(BaselinesHere, BaselinesThere)


def _views(count: int) -> str:
    return "1 view" if count == 1 else f"{count} views"


def _named(baseline: BaselineSummary) -> str:
    return repr(printable(named(baseline.set)))
