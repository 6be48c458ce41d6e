"""`environments list|show|accept|revoke`: another browser, system, scale or other fonts, and one word about all that they touch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import click

from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.desks.environments import EnvironmentDesk, EnvironmentsHere, EnvironmentsThere
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.output import local_time, print_json, printable, say, terminal_width
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.domain.environment_change import AcceptedEnvironment
from inspect_pipelines.errors import NotFound
from inspect_pipelines.queries.environments import EnvironmentReview

Meant = TypeVar("Meant", EnvironmentReview, AcceptedEnvironment)


@click.group(cls=Group)
def environments() -> None:
    """List, show, accept and revoke another browser, system, scale or other fonts."""


@environments.command("list")
@click.option("--accepted", is_flag=True, help="Instead: what people accepted.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(accepted: bool, as_json: bool) -> None:
    """List what waits for a person, each change once."""
    if accepted:
        _list_accepted(as_json=as_json)
        return
    found = _desk().waiting()
    if as_json:
        print_json(found)
        return
    if not found:
        say("no environment waits for a person")
        return
    rows = [
        [
            one.id,
            local_time(one.since),
            str(len(one.definitions)),
            f"{one.view_count}, {one.differing_count} differ",
            printable("; ".join(one.changes)),
        ]
        for one in found
    ]
    header = ["ENVIRONMENT", "SINCE", "DEFINITIONS", "VIEWS", "WHAT CHANGED"]
    say(aligned(header, rows, width=terminal_width()))


@environments.command()
@click.argument("environment")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(environment: str, as_json: bool) -> None:
    """Show every definition and view that ENVIRONMENT touches, an id or its beginning."""
    found = _meant(_desk().waiting(), environment)
    if as_json:
        print_json(found)
        return
    say("\n".join(_lines(found)))


@environments.command(short_help="Say that ENVIRONMENT is right, for all definitions at once.")
@click.argument("environment")
@click.option("--note", default="", help="Why.")
def accept(environment: str, note: str) -> None:
    """Say that ENVIRONMENT is right, an id or its beginning, for all definitions at once.

    No picture is taken over by it: the next run of each definition that passes there makes its pictures the approved ones.
    A view that differs by more than its tolerance waits in a review of its run.
    """
    ours = _desk()
    done = ours.accept(_meant(ours.waiting(), environment).id, note)
    say(f"accepted: {printable(done.environment)}")
    if done.settled:
        say(f"{_runs(len(done.settled))} no more: what they show is within its tolerance")
    for run_id in done.waiting:
        say(f"run {run_id} differs by more; see it with: inspect-pipelines reviews show {run_id}")


@environments.command(short_help="Take back that ENVIRONMENT is right.")
@click.argument("environment")
@click.option("--note", default="", help="Why.")
def revoke(environment: str, note: str) -> None:
    """Take back that ENVIRONMENT is right, an id of `environments list --accepted` or its beginning.

    The next run whose pictures differ by it asks for a person again. What was approved there meanwhile stays approved.
    """
    ours = _desk()
    done = ours.revoke(_meant(ours.accepted(), environment, "is accepted").id, note)
    say(f"revoked: {printable(done.change)}")
    say("the next run that differs by it asks again; what was approved there stays approved")


def _list_accepted(*, as_json: bool) -> None:
    found = _desk().accepted()
    if as_json:
        print_json(found)
        return
    if not found:
        say("nobody accepted another environment yet")
        return
    rows = [
        [one.id, local_time(one.at), one.by.removeprefix("user:"), printable(one.change), printable(one.note)]
        for one in found
    ]
    say(
        aligned(
            ["ENVIRONMENT", "AT", "BY", "WHAT CHANGED", "NOTE"],
            rows,
            width=terminal_width(),
            optional=["NOTE"],
        )
    )


def _lines(found: EnvironmentReview) -> Iterator[str]:
    yield f"{found.id}  since {local_time(found.since)}"
    for change in found.changes:
        yield f"  {printable(change)}"
    for run in found.runs:
        context = f"  {printable(run.context)}" if run.context else ""
        yield f"\n{run.definition_id}{context}  run {run.run_id}"
        for one in run.views:
            yield f"  {'within ' if one.passed else 'differs'} {one.view}: {printable(one.sentence)}"
    yield f"\nnext: inspect-pipelines environments accept {found.id}"


def _meant(waiting: Sequence[Meant], text: str, wanted: str = "waits for a person") -> Meant:
    found = [one for one in waiting if text and one.id.startswith(text)]
    if len(found) != 1:
        names = ", ".join(one.id for one in waiting) or "none"
        what = "is the beginning of several" if found else wanted
        said = f"environment {text!r} {what}" if found else f"no environment {text!r} {what}"
        raise NotFound(f"{said}; there are: {names}")
    return found[0]


def _runs(count: int) -> str:
    return "1 run waits" if count == 1 else f"{count} runs wait"


def _desk() -> EnvironmentDesk:
    return desk(EnvironmentsHere, EnvironmentsThere)
