"""`comments list|pin|resolve|reopen|ask|release`: what is said of points of a run's pictures, and whose word is asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.desks.comments import CommentDesk, CommentsHere, CommentsThere
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.output import local_time, print_json, printable, say
from inspect_pipelines.domain.baseline import view_matches
from inspect_pipelines.domain.comment import Comment
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.review_request import ReviewRequest
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.errors import NotFound, UsageError

POINT = re.compile(r"\s*(\d{1,6})\s*,\s*(\d{1,6})\s*", re.ASCII)
SHOWN = 8


@click.group(cls=Group)
def comments() -> None:
    """Say something of a point of a run's picture; ask a reviewer for their word."""


@comments.command("list")
@click.argument("run_id", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(run_id: str, as_json: bool) -> None:
    """List what is said of points of a RUN's views, oldest first.

    What is open shows on every later run of its view; what is resolved only on the run that it was pinned on.
    RUN is its id, the beginning of it, or a definition's id for its latest run.
    """
    ours = _desk()
    found = ours.list(ours.find_run(run_id))
    if as_json:
        print_json(list(found))
        return
    say("\n".join(map(_line, found)) if found else "nothing is said of its pictures")


@comments.command()
@click.argument("run_id", metavar="RUN")
@click.argument("view")
@click.argument("point", metavar="X,Y")
@click.argument("text")
def pin(run_id: str, view: str, point: str, text: str) -> None:
    """Pin TEXT to the point X,Y (px) of a VIEW of a RUN. It decides nothing.

    VIEW is name@viewport or playbook/name@viewport, or name where there is one of it. Put the text in quotes.
    """
    place = POINT.fullmatch(point)
    if place is None:
        raise UsageError(f"{point!r} is no point; write px from the left and from the top, as in 120,48")
    ours = _desk()
    run = ours.find_run(run_id)
    say(_line(ours.pin(run, _one(ours, run, view), int(place[1]), int(place[2]), text)))


@comments.command()
@click.argument("comment_id", metavar="COMMENT")
def resolve(comment_id: str) -> None:
    """Settle a COMMENT; it shows no more but on the run that it was pinned on."""
    say(_line(_desk().resolve(comment_id)))


@comments.command()
@click.argument("comment_id", metavar="COMMENT")
def reopen(comment_id: str) -> None:
    """Open a COMMENT again that was settled."""
    say(_line(_desk().reopen(comment_id)))


@comments.command()
@click.argument("run_id", metavar="RUN")
@click.argument("login")
def ask(run_id: str, login: str) -> None:
    """Ask the member LOGIN for their word about a RUN that waits for a person."""
    ours = _desk()
    run = ours.find_run(run_id)
    say(_asked(run, ours.ask(run, login)))


@comments.command()
@click.argument("run_id", metavar="RUN")
@click.argument("login")
def release(run_id: str, login: str) -> None:
    """Ask the member LOGIN no more about a RUN."""
    ours = _desk()
    run = ours.find_run(run_id)
    say(_asked(run, ours.release(run, login)))


def _line(one: Comment) -> str:
    by = one.by.removeprefix("user:")
    text = f"{one.id}  {one.view} at {one.x},{one.y}, {by}, {local_time(one.at)}: {printable(one.text)}"
    return text if one.is_open else f"{text} (resolved by {one.resolved_by.removeprefix('user:')})"


def _asked(run: RunId, requests: Sequence[ReviewRequest]) -> str:
    names = ", ".join(printable(one.login) for one in requests)
    return f"asked about run {run}: {names}" if names else f"nobody in particular is asked about run {run}"


def _one(ours: CommentDesk, run: RunId, text: str) -> View:
    """The view of a run that a name means; no glob, since a point is one of one picture."""
    known = ours.views(run)
    found = [view for view in known if str(view) == text] or [
        view for view in known if view_matches(view, text)
    ]
    if len(found) == 1:
        return found[0]
    names = ", ".join(map(str, (found or known)[:SHOWN])) or "none that was compared"
    what = f"{len(found)} views match" if found else "no view matches"
    raise NotFound(f"{what} {text!r} in run {run!r}; name one of: {names}")


def _desk() -> CommentDesk:
    return desk(CommentsHere, CommentsThere)
