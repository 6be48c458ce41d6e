"""`baselines noise|steadiness`: how still the pictures hold."""

from __future__ import annotations

import click

from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.desks.baselines import BaselineDesk, BaselinesHere, BaselinesThere
from inspect_pipelines.cli.output import print_json, say
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.domain.noise import LEAST_RUNS, NoiseFloor
from inspect_pipelines.queries.steadiness import SteadinessSummary


@click.command()
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


@click.command()
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
    for one in found.views:
        for letter, why in one.unneeded.items():
            say(
                f"variant {letter} of {one.name} can go, {why}; see: inspect-pipelines baselines variants list"
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


def _floor_as_json(floor: NoiseFloor) -> dict[str, object]:
    return {
        "view": floor.view,
        "runs": floor.runs,
        "median": floor.median,
        "highest": floor.highest,
        "tolerance": floor.tolerance,
        "suggested_tolerance": floor.suggested_tolerance,
    }
