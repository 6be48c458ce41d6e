"""`gallery prune|show`: look after stored pictures."""

from __future__ import annotations

import re
from datetime import timedelta

import click

from inspect_pipelines.cli.choice import chosen_house
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.output import printable, say, user_name
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.branch import named
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.errors import Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.history.hold import hold
from inspect_pipelines.usecases.pictures.close_layers import expire_layers
from inspect_pipelines.usecases.pictures.prune import prune_gallery

AGE = re.compile(r"(\d{1,5})([hdw])")
UNITS = {"h": "hours", "d": "days", "w": "weeks"}


@click.group(cls=Group)
def gallery() -> None:
    """Look after stored pictures."""


@gallery.command()
@click.option(
    "--older-than", "age", default="30d", show_default=True, metavar="AGE", help="For example 36h, 30d or 8w."
)
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Only say what would go.")
@click.option("--trust-clock", is_flag=True, help="Also when the clock has leapt since the last sweep.")
def prune(age: str, is_dry_run: bool, trust_clock: bool) -> None:
    """Delete pictures that no baseline and no kept run refers to.

    The approved pictures of branches that nobody works on any more (INSPECT_BRANCH_DAYS) go out of use before.
    """
    house = _house()
    older_than, now = parsed_age(age), house.clock.now()
    if not (is_dry_run or trust_clock) and (why := hold([house], now=now, by=f"user:{user_name()}")):
        raise Refused(f"{why}; or now, with --trust-clock")
    expired = [] if is_dry_run else expire_layers(house, after=timedelta(days=Settings().branch_days))
    for name in expired:
        say(f"the pictures of {printable(named(name))!r} are used no more: nobody works on that branch")
    done = prune_gallery(house, older_than=older_than, now=now, is_dry_run=is_dry_run)
    verb = "would delete" if is_dry_run else "deleted"
    pictures = "1 picture" if done.pictures == 1 else f"{done.pictures} pictures"
    if done.files:
        pictures += f" and {done.files} {'trace, film or network log' if done.files == 1 else 'traces, films and network logs'}"
    say(
        f"{verb} {pictures} ({done.size_bytes / 1e6:.1f} MB) older than {age}; {done.kept} are referred to and stay"
    )


@gallery.command()
@click.argument("sha256", metavar="SHA")
@click.option(
    "--opens-for",
    "age",
    default="1h",
    show_default=True,
    metavar="AGE",
    help="How long its link opens, where pictures are in a bucket.",
)
def show(sha256: str, age: str) -> None:
    """Check that a picture is whole, and print its path or link."""
    house = _house()
    seconds = int(parsed_age(age, option="--opens-for").total_seconds())
    house.gallery.get(Sha256(sha256))
    say(house.gallery.link(Sha256(sha256), seconds=seconds) or house.gallery.url(Sha256(sha256)))


def parsed_age(text: str, *, option: str = "--older-than") -> timedelta:
    """The time that `30d` means.

    Raises:
        UsageError: It is no age.
    """
    match = AGE.fullmatch(text.strip())
    if match is None:
        raise UsageError(
            f"{option} {text!r} is no age; write a number and h, d or w, for example 36h, 30d or 8w"
        )
    return timedelta(**{UNITS[match.group(2)]: int(match.group(1))})


def _house() -> House:
    return chosen_house(Settings())
