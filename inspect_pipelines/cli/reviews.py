"""`reviews list|show|decide|withdraw`: what waits for a person, and their word about it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import click

from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.desks.reviews import ReviewDesk, ReviewsHere, ReviewsThere
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.moments import future
from inspect_pipelines.cli.output import (
    coloured,
    local_time,
    print_json,
    printable,
    say,
    terminal_width,
)
from inspect_pipelines.cli.paging import page_options, say_rest
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.domain.baseline import view_matches
from inspect_pipelines.domain.decision import Decision
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.review import ReviewState
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.wish import Wish
from inspect_pipelines.errors import NotFound
from inspect_pipelines.queries.page import Page
from inspect_pipelines.queries.reviews import ReviewDossier, ReviewSummary

VIEWS_SHOWN = 3


@click.group(cls=Group)
def reviews() -> None:
    """List, show and decide what waits for a person."""


@reviews.command("list")
@click.option("--all", "whole", is_flag=True, help="Also what is decided or superseded.")
@click.option("--owner", help="Only of views that they look after, as organization.yaml says.")
@page_options(50)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(whole: bool, owner: str | None, limit: int, after: str | None, as_json: bool) -> None:
    """List what waits for a person, newest first."""
    ours, state = _desk(), None if whole else ReviewState.WAITING

    def listed(cursor: str | None, most: int) -> Page[ReviewSummary]:
        return ours.list(state, is_single=not whole, owner=owner, cursor=cursor, limit=most)

    page = listed(after, limit)
    say_rest(page, listed)
    if as_json:
        print_json(page.items)
        return
    for environment in ours.environments() if not (whole or after or owner) else ():
        count = len(environment.definitions)
        say(
            f"another environment touches {count} {'definition' if count == 1 else 'definitions'}: "
            f"{printable('; '.join(environment.changes))}; "
            f"see it with: inspect-pipelines environments show {environment.id}"
        )
    if not page.items:
        say(_nothing(whole=whole, owner=owner, is_further=bool(after)))
        return
    rows = [
        [
            one.review.state.value,
            one.review.definition_id,
            printable(one.review.context),  # strangers name branches
            local_time(one.review.opened_at),
            one.review.run_id,
            printable(", ".join(one.owners)),
            _some(one.changed_views),
        ]
        for one in page.items
    ]
    header = ["STATE", "DEFINITION", "BRANCH", "SINCE", "RUN", "OWNERS", "VIEWS"]
    say(aligned(header, rows, width=terminal_width(), optional=["BRANCH", "OWNERS"]))


@reviews.command()
@click.argument("run_id", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(run_id: str, as_json: bool) -> None:
    """Show what differs in a RUN and what was said of it.

    RUN is its id, the beginning of it, or a definition's id for its latest run.
    """
    found = _review(_desk(), run_id)
    if as_json:
        print_json(found)
        return
    say("\n".join(_lines(found)))


@reviews.command(short_help="Accept, reject, ignore or quarantine what differs in a RUN.")
@click.argument("run_id", metavar="RUN")
@click.argument(
    "kind", metavar="accept|reject|ignore|quarantine", type=click.Choice([one.value for one in DecisionKind])
)
@click.option(
    "--view",
    "views",
    metavar="GLOB",
    multiple=True,
    help="Only these: name, name@viewport, playbook/name@viewport; a glob.",
)
@click.option("--note", default="", help="Why; a rejection and a quarantine need one.")
@click.option("--owner", default="", help="Who looks after a quarantined view.")
@click.option(
    "--until",
    "moment",
    metavar="WHEN",
    help="The end of a quarantine (within 30 days), of an ignored change or of a variant (a year).",
)
@click.option("--finalize", is_flag=True, help="Make the accepted pictures the approved ones.")
@click.option("--as-variant", is_flag=True, help="Finalize them beside what is approved, not instead of it.")
@click.option("--force", is_flag=True, help="Finalize also from another environment.")
@click.option("--propose", is_flag=True, help="Only say it, for somebody else to decide.")
def decide(
    run_id: str,
    kind: str,
    views: tuple[str, ...],
    note: str,
    owner: str,
    moment: str | None,
    finalize: bool,
    as_variant: bool,
    force: bool,
    propose: bool,
) -> None:
    """Say of what differs in a RUN that it is right, a defect, of no matter, or to be left alone for a while.

    It holds wherever exactly the same change shows again. Without --view it is about all that wait.
    """
    ours = _desk()
    until = future(moment, option="--until", now=ours.now()) if moment else None
    run = ours.find_run(run_id)
    wish = Wish(
        DecisionKind(kind),
        frozenset(view for text in views for view in _meant(ours, run, text)),
        note,
        owner,
        until,
        finalize,
        force,
        propose,
        as_variant,
    )
    made = ours.decide(run, wish)
    for one in made:
        say(_line(one))
    if not made:
        say(f"the pictures of run {run} are the approved ones")


@reviews.command(short_help="Take a DECISION back.")
@click.argument("decision_id", metavar="DECISION")
def withdraw(decision_id: str) -> None:
    """Take a DECISION back, while nothing was built on it; what it was about waits again."""
    ours = _desk()
    done = ours.withdraw(decision_id)
    found = ours.review(done.run_id)
    waits = found is not None and done.shown.view in found.waiting_views
    again = f": {done.shown.view} waits again as run {done.run_id} shows it" if waits else ""
    say(f"decision {done.id} is taken back{again}")


def _nothing(*, whole: bool, owner: str | None, is_further: bool) -> str:
    if is_further:
        return "nothing older"
    if owner:
        return f"nothing waits for {owner!r}"
    return "nothing was asked yet" if whole else "nothing waits for a person"


def _lines(found: ReviewDossier) -> Iterator[str]:
    review = found.review
    head = f"{coloured(found.status.value)}, {review.state.value}  {review.definition_id}"
    yield f"{head}  {printable(review.context)}" if review.context else head
    if review.superseded_by:
        yield f"  run {review.superseded_by} is newer"
    yield f"  since {local_time(review.opened_at)}"
    if not found.comparisons:
        yield f"  {printable(found.reason)}"
    for one in found.comparisons:
        mark = "waits  " if one.view in found.waiting_views else "decided"
        yield f"  {mark} {one.outcome.value} {one.view}: {printable(one.sentence)}"
    if found.decisions or found.followed:
        yield "\nDecisions"
    for decision in (*found.decisions, *found.followed):
        yield f"  {_line(decision)}"
    if found.waiting_views:
        view = shlex.quote(str(found.waiting_views[0]))
        yield f"\nnext: inspect-pipelines reviews decide {review.run_id} accept --finalize --view {view}"
        yield "      (where the page may look both ways, add --as-variant)"


def _line(one: Decision) -> str:
    word = f"proposed to {one.kind.value}" if one.is_proposal else one.kind.past
    text = f"{one.id}  {one.shown.view} {word} by {one.by.removeprefix('user:')}"
    if one.until is not None:
        text += f" until {local_time(one.until)}"
        text += f", {printable(one.owner)} looks after it" if one.owner else ""
    if one.note:
        text += f": {printable(one.note)}"
    return text + (f" (taken back by {one.withdrawn_by.removeprefix('user:')})" if one.withdrawn_at else "")


def _some(views: tuple[View, ...]) -> str:
    if not views:
        return "nothing is approved yet"
    more = f" and {len(views) - VIEWS_SHOWN} more" if len(views) > VIEWS_SHOWN else ""
    return ", ".join(map(str, views[:VIEWS_SHOWN])) + more


def _review(ours: ReviewDesk, run_id: str) -> ReviewDossier:
    run = ours.find_run(run_id)
    found = ours.review(run)
    if found is None:
        raise NotFound(f"run {run!r} asked nobody; list what waits with: inspect-pipelines reviews list")
    return found


def _meant(ours: ReviewDesk, run_id: RunId, text: str) -> list[View]:
    """The views of a run that a name or a glob means."""
    known = ours.views(run_id)
    found = [view for view in known if view_matches(view, text)]
    if not found:
        names = ", ".join(map(str, known[:8])) or "none that was compared"
        raise NotFound(f"no view of run {run_id!r} matches {text!r}; it has: {names}")
    return found


def _desk() -> ReviewDesk:
    return desk(ReviewsHere, ReviewsThere)
