"""`baselines variants list|remove`: views that may look several ways."""

from __future__ import annotations

import click

from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.desks.baselines import BaselineDesk, BaselinesHere, BaselinesThere
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.output import local_time, print_json, printable, say
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.domain.branch import layer, named
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.errors import UsageError
from inspect_pipelines.queries.variants import VariantSummary


@click.group(cls=Group, short_help="Views that may look several ways.")
def variants() -> None:
    """List and take away the pictures of views that may look several ways."""


@variants.command("list")
@click.argument("set_name", metavar="SET")
@click.option("--branch", default="", metavar="BRANCH", help="Of a branch's own pictures.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(set_name: str, branch: str, as_json: bool) -> None:
    """List the views of SET of which several pictures are approved, and which of them nobody needs.

    A run passes a view that looks as any one of them.
    """
    found = _desk().variants(layer(set_name, branch))
    if as_json:
        print_json(found)
        return
    if not found:
        say(
            f"each view of {printable(named(layer(set_name, branch)))!r} has one approved picture; approve a further one with: "
            "inspect-pipelines reviews decide RUN accept --finalize --as-variant"
        )
        return
    rows = [
        [
            str(one.view),
            one.letter,
            one.sha256[:12],
            one.approved_by.removeprefix("user:"),
            local_time(one.approved_at) if one.approved_at else "at first",
            local_time(one.until) if one.until else "-",
            local_time(one.last_seen_at) if one.last_seen_at else "-",
            printable(one.note),
        ]
        for one in found
    ]
    say(aligned(["VIEW", "VARIANT", "PICTURE", "BY", "APPROVED", "UNTIL", "SEEN LAST", "NOTE"], rows))
    for one in found:
        if one.unneeded:
            say(_offered(set_name, branch, one))


@variants.command()
@click.argument("set_name", metavar="SET")
@click.argument("view", metavar="VIEW")
@click.argument("letter", metavar="VARIANT")
@click.option("--branch", default="", metavar="BRANCH", help="Of a branch's own pictures.")
@click.option("--note", default="", help="Why; kept with the baseline.")
def remove(set_name: str, view: str, letter: str, branch: str, note: str) -> None:
    """Approve one picture of a VIEW of SET no more, by its letter; the view's last one stays.

    VIEW is playbook/name@viewport. A rollback undoes it.
    """
    meant = View.parse(view)
    if not (meant.playbook and meant.name and meant.viewport) or str(meant) != view:
        raise UsageError(f"{view!r} is no view; write it as playbook/name@viewport, as the list has it")
    name = layer(set_name, branch)
    left = _desk().take_away(name, meant, letter.upper(), note=note)
    count = 1 + len(left.variants.get(meant, ()))
    say(
        f"variant {letter.upper()} of {view} is approved no more: it has {count} approved "
        f"{'picture' if count == 1 else 'pictures'}; undo it with: inspect-pipelines baselines rollback {set_name}"
        + (f" --branch {branch}" if branch else "")
    )


def _offered(set_name: str, branch: str, one: VariantSummary) -> str:
    where = f" --branch {branch}" if branch else ""
    return (
        f"variant {one.letter} of {one.view} can go, {one.unneeded}: "
        f"inspect-pipelines baselines variants remove {set_name} {one.view} {one.letter}{where}"
    )


def _desk() -> BaselineDesk:
    return desk(BaselinesHere, BaselinesThere)
