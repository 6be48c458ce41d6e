"""`repairs list|show|accept|decline`: where elements have gone, as agents say; a person decides."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.output import local_time, print_json, printable, say
from inspect_pipelines.cli.playbooks.rewriting import diff_of, replaced
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.repair import NoRepair, Repair, RepairStatus, with_places
from inspect_pipelines.domain.target import Target
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.repairs import list_repairs, repair_of

BY = "local"


@click.group(cls=Group)
def repairs() -> None:
    """List, show, accept and decline repairs of playbooks that agents propose."""


@repairs.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(limit: int, as_json: bool) -> None:
    """List repairs, newest first, with those that were refused."""
    found = list_repairs(_house(), limit)
    if as_json:
        print_json(found)
        return
    if not found:
        say("nothing was repaired yet; see docs/remote.md")
        return
    rows = [
        [
            each.id,
            each.status.value,
            each.playbook,
            each.step_id,
            local_time(each.at),
            printable(_short(each)),
        ]
        for each in found
    ]
    say(aligned(["REPAIR", "STATUS", "PLAYBOOK", "STEP", "AT", "WHAT"], rows))


@repairs.command()
@click.argument("repair")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(repair: str, as_json: bool) -> None:
    """Show REPAIR, an id or its beginning: what was lost, what is proposed, and what the playbook shows with it."""
    found = repair_of(_house(), repair)
    if as_json:
        print_json(found)
        return
    rows = [
        ["repair", found.id],
        ["status", found.status.value],
        ["run", found.run_id],
        ["playbook", found.playbook],
        ["fault", printable(found.fault)],
        *([["why", printable(found.reason)]] if found.reason else []),
        *(["change", printable(str(each))] for each in found.places),
        *([["views", _views(found)]] if found.places else []),
        *([["decided", f"{local_time(found.decided_at)} by {found.decided_by}"]] if found.decided_at else []),
    ]
    say(aligned(["", ""], rows).split("\n", 1)[1])
    if found.status is RepairStatus.PROPOSED:
        say(f"\nlook at the pictures of {found.session_id} in the run's report; then accept or decline it")


@repairs.command()
@click.argument("repair")
@click.option("--dry-run", is_flag=True, help="Print the change; write nothing.")
def accept(repair: str, dry_run: bool) -> None:
    """Write REPAIR into the playbook's file; `apply` then makes it what is played.

    Only elements of actions change; pictures, masks, expectations and approved baselines stay. Refused where the file says
    something else by now.

    Exit codes: 0 written, 2 refused.
    """
    from inspect_pipelines.config.one_playbook import file_of, read_playbook
    from inspect_pipelines.config.playbook_text import PlaybookText
    from inspect_pipelines.usecases.definitions.settle_repair import refuse_unless_open, settle_repair
    from resources.channels.registry import CHANNELS

    house, settings = _house(), Settings()
    found = repair_of(house, repair)
    refuse_unless_open(found)
    file = file_of(settings.project, found.playbook)
    before = read_playbook(file, kinds=CHANNELS, today=house.clock.now().date()).playbook
    old = text = file.read_text(encoding="utf-8")
    try:
        wanted = with_places(before, found.places)
    except NoRepair as why:
        raise Refused(f"{file.name}: {why}; decline the repair, and let the next run ask anew") from why
    for place in found.places:
        text = PlaybookText(text).with_target(place.step_id, place.number, place.verb, written(place.new))
    say(diff_of(file.name, old, text))
    if dry_run:
        say("nothing was written")
        return
    replaced(file, text, wanted, house.clock.now().date())
    settle_repair(house, found.id, RepairStatus.ACCEPTED, by=BY)
    say(f"wrote {_near(file)}; next: inspect-pipelines apply")


@repairs.command()
@click.argument("repair")
@click.option("--reason", default="", help="Why; kept.")
def decline(repair: str, reason: str) -> None:
    """Decline REPAIR: nothing is changed."""
    from inspect_pipelines.usecases.definitions.settle_repair import settle_repair

    house = _house()
    found = repair_of(house, repair)
    settle_repair(house, found.id, RepairStatus.DECLINED, by=BY, reason=reason)
    say(f"repair {found.id} is declined")


def written(target: Target) -> dict[str, Any]:
    """An element as a playbook writes it."""

    def said(value: Any) -> Any:
        return (
            {key: said(inner) for key, inner in value.items() if inner is not None}
            if isinstance(value, dict)
            else value
        )

    found: dict[str, Any] = said(asdict(target))
    return found


def _short(repair: Repair) -> str:
    said = "; ".join(f"{each.verb} {each.new}" for each in repair.places) or repair.reason
    return said if len(said) <= 80 else f"{said[:79]}…"


def _views(repair: Repair) -> str:
    if not repair.same and not repair.differing:
        return "nothing is approved to compare with"
    others = f"; differing: {', '.join(repair.differing)}" if repair.differing else ""
    return f"{repair.same} look as approved with it{others}"


def _near(file: Path) -> str:
    cwd = Path.cwd()
    return str(file.relative_to(cwd) if file.is_relative_to(cwd) else file)


def _house() -> House:
    from inspect_pipelines.wiring import house

    return house(Settings())
