"""`baselines list|adopt|reject|activate|rollback|delete|restore|noise|steadiness`: a person's yes or no, its ways back, and how still the pictures hold."""

from __future__ import annotations

import shlex

import click

from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.desks.baselines import BaselineDesk, BaselinesHere, BaselinesThere
from inspect_pipelines.cli.output import local_time, print_json, printable, say
from inspect_pipelines.cli.paging import page_options, say_rest
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.domain.branch import layer, named, parted
from inspect_pipelines.domain.noise import LEAST_RUNS, NoiseFloor
from inspect_pipelines.queries.baselines import BaselineSummary
from inspect_pipelines.queries.page import Page
from inspect_pipelines.queries.steadiness import SteadinessSummary

UNSEEN_SHOWN = 8  # views that a line names


@click.group()
def baselines() -> None:
    """List, adopt, reject, activate, roll back and delete approved pictures; show their noise."""


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
def adopt(run_id: str, view_glob: str | None, drop_glob: str | None, force: bool, note: str) -> None:
    """Approve the pictures of a run.

    RUN is its id or the beginning of it, or a definition's id for its latest run. Approved views that RUN did not come
    to stay as they are.
    """
    ours = _desk()
    run = ours.find_run(run_id)
    done = ours.adopt(run, view_glob=view_glob, drop_glob=drop_glob, force=force, note=note)
    baseline, count = done.baseline, len(done.baseline.views)
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


@baselines.command()
@click.argument("definition_id", metavar="DEFINITION")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def noise(definition_id: str, as_json: bool) -> None:
    """Show each view's noise floor and a tolerance that fits it.

    The floor is the highest score of DEFINITION's last 20 runs that passed: what a view differs by when nothing is wrong.
    """
    floors = _desk().noise(definition_id)
    if as_json:
        print_json([_floor_as_json(floor) for floor in floors])
        return
    if not floors:
        say(
            f"no run of {definition_id!r} has been compared and passed yet; adopt a baseline and run it again"
        )
        return
    rows = [
        [
            str(floor.view),
            str(floor.runs),
            f"{floor.median:.4f}",
            f"{floor.highest:.4f}",
            f"{floor.tolerance:g}",
            "-" if floor.suggested_tolerance is None else f"{floor.suggested_tolerance:g}",
        ]
        for floor in floors
    ]
    say(aligned(["VIEW", "RUNS", "MEDIAN", "HIGHEST", "TOLERANCE", "SUGGESTED"], rows))
    if any(floor.suggested_tolerance is None for floor in floors):
        say(f"- : a suggestion needs {LEAST_RUNS} runs that passed")


@baselines.command()
@click.argument("definition_id", metavar="DEFINITION")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def steadiness(definition_id: str, as_json: bool) -> None:
    """Show how steady each view and playbook is, and what has drifted.

    The worst first, over 7 and 30 days of today's approved pictures: broken (nine of ten runs fail), unstable, at_risk (a run used
    70 % of what it may differ by), noisy, clean.
    """
    found = _desk().steadiness(definition_id)
    if as_json:
        print_json(found)
        return
    rows = [_steady_row(one) for one in (*found.playbooks, *found.views)]
    if not rows:
        say(f"no run of {definition_id!r} has passed or failed within 60 days; run it, and ask again")
        return
    say(aligned(["NAME", "STANDS", "7 DAYS", "30 DAYS", "HEADROOM", "DRIFT"], rows))
    say(
        "7 and 30 days: runs that failed or differed at first, of all; drift: of what asks a person, since when"
    )


def _steady_row(one: SteadinessSummary) -> list[str]:
    drift = "-"
    if one.drift is not None and one.drift.since is not None:
        drift = f"{one.drift.share:.0%} since {one.drift.since:%Y-%m-%d}"
    headroom = f"{one.headroom:.0%}" if "@" in one.name else "-"  # a playbook has that of its views
    week, month = (f"{each.failed + each.restless}/{each.runs}" for each in (one.week, one.month))
    return [one.name, one.rung.value, week, month, headroom, drift]


def _desk() -> BaselineDesk:
    return desk(BaselinesHere, BaselinesThere)


def _views(count: int) -> str:
    return "1 view" if count == 1 else f"{count} views"


def _floor_as_json(floor: NoiseFloor) -> dict[str, object]:
    return {
        "view": floor.view,
        "runs": floor.runs,
        "median": floor.median,
        "highest": floor.highest,
        "tolerance": floor.tolerance,
        "suggested_tolerance": floor.suggested_tolerance,
    }


def _named(baseline: BaselineSummary) -> str:
    return repr(printable(named(baseline.set)))
