"""`schedules list|next|pause|resume|backfill`: when what runs, and a person's hand on it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import click

from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.desks.backfill import BackfillDesk, BackfillHere, BackfillThere
from inspect_pipelines.cli.desks.definitions import DefinitionDesk, DefinitionsHere, DefinitionsThere
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.launching import took_text
from inspect_pipelines.cli.moments import day_or_moment, future
from inspect_pipelines.cli.output import (
    coloured,
    local_time,
    print_json,
    say,
    strip,
    terminal_width,
)
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.domain.cron import Cron
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.errors import UsageError
from inspect_pipelines.queries.definitions import ScheduleSummary
from inspect_pipelines.queries.duration import short_duration
from inspect_pipelines.queries.past import PastTimes
from inspect_pipelines.queries.upcoming import Upcoming

SHOWN_TIMES = 10  # of `next`, and of what was missed
MOST_TIMES = 1000


@click.group(cls=Group)
def schedules() -> None:
    """List, pause, resume and backfill schedules."""


@schedules.command("list")
@click.option("--tag", metavar="TAG", help="Only those that have this tag.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(tag: str | None, as_json: bool) -> None:
    """List schedules: next time, state and last runs.

    The marks of the last ten runs stand oldest first: ✓ passed, ✗ failed, ? needs review, ! timeout or error,
    - cancelled or skipped, … open.
    """
    ours = _desk()
    shown = [one for one in ours.schedules() if tag is None or tag in one.summary.tags]
    if as_json:
        print_json(shown)
        return
    if not shown:
        none = f"no schedule has the tag {tag!r}" if tag else ""
        say(none or "no schedules yet; write some and publish them with: inspect-pipelines apply")
        return
    now = ours.now()
    rows = [
        [
            one.summary.id,
            one.cron,
            one.timezone,
            _next_text(one, now),
            strip([run.status.value for run in reversed(one.last_runs)]),
            coloured(one.last_runs[0].status.value) if one.last_runs else "never ran",
            _state(one),
        ]
        for one in shown
    ]
    header = ["SCHEDULE", "CRON", "ZONE", "NEXT", "LAST 10", "LAST", "STATE"]
    say(aligned(header, rows, width=terminal_width(), optional=["LAST", "ZONE", "NEXT", "CRON"]))


@schedules.command("next")
@click.argument("words", metavar="[ID] [N]", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def next_(words: tuple[str, ...], as_json: bool) -> None:
    """Show the next N times (10), in each zone and UTC.

    ID: only this schedule's. Times that will not run (pause, maintenance) are shown with the reason.
    """
    count, definition_id = _count_and_id(words)
    ours = _desk()
    found = ours.upcoming(count, definition_id)
    if as_json:
        print_json(found)
        return
    if not found:
        say("nothing will run by itself; look at: inspect-pipelines schedules list")
        return
    rows = [
        [
            f"{one.at:%Y-%m-%d %H:%M} UTC",
            f"{_local(one):%a %Y-%m-%d %H:%M %Z}",
            one.schedule,
            one.hindrance or "",
        ]
        for one in found
    ]
    say(aligned(["UTC", "LOCAL", "SCHEDULE", "WILL NOT RUN"], rows, width=terminal_width()))
    _say_clock_changes(found, ours.now())


@schedules.command()
@click.argument("definition_id", metavar="[ID]", required=False)
@click.option("--all", "whole", is_flag=True, help="All schedules and triggers.")
@click.option("--until", metavar="WHEN", help="Until then: 2h, 3d, 2026-11-26, 2026-11-26T08:00.")
@click.option("--reason", default="", help="Why; shown wherever the pause shows.")
def pause(definition_id: str | None, whole: bool, until: str | None, reason: str) -> None:
    """Start nothing by itself, until resumed.

    ID is a schedule or trigger. It takes effect at once, whatever Dagster's switch says; runs in progress go on, and
    people may still start runs.
    """
    wanted = _one_or_all(definition_id, whole)
    ours = _desk()
    end = future(until, option="--until", now=ours.now()) if until else None
    kept = ours.pause(wanted, reason=reason, until=end)
    back = f"until {local_time(kept.until)}" if kept.until else "until somebody resumes it"
    say(f"{_what(wanted)} paused {back}; resume with: inspect-pipelines schedules resume {wanted or '--all'}")


@schedules.command()
@click.argument("definition_id", metavar="[ID]", required=False)
@click.option("--all", "whole", is_flag=True, help="Lift the pause of all schedules and triggers.")
def resume(definition_id: str | None, whole: bool) -> None:
    """Go on, and show what was missed.

    What was missed never fires late; run it with `schedules backfill` if it is still wanted.
    """
    wanted = _one_or_all(definition_id, whole)
    done = _desk().resume(wanted)
    since = min(one.since for one in done.pauses)
    say(f"{_what(wanted)} resumed, paused since {local_time(since)}: {done.pauses[0].reason}")
    for schedule_id, times in done.missed.items():
        some = ", ".join(f"{at:%Y-%m-%d %H:%M}" for at in times[:SHOWN_TIMES])
        more = f", and {len(times) - SHOWN_TIMES} more" if len(times) > SHOWN_TIMES else ""
        say(f"  {schedule_id} missed {len(times)}: {some}{more} UTC")
        say(
            f"    run them with: inspect-pipelines schedules backfill {schedule_id} "
            f"{times[0]:%Y-%m-%dT%H:%MZ}..{times[-1]:%Y-%m-%dT%H:%MZ}"
        )
    for one in done.still:
        say(f"still, {one.sentence()}")


@schedules.command()
@click.argument("definition_id", metavar="ID")
@click.argument("span", metavar="FROM..TO")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only show what would run.")
def backfill(definition_id: str, span: str, yes: bool, dry_run: bool) -> None:
    """Run past times of a schedule, one after another.

    FROM and TO are days (2026-11-20, in the schedule's zone, both included) or times (2026-11-20T02:00Z). 50 runs at
    most; what ran before is left out. The exit code is the worst run's.
    """
    ours: BackfillDesk = desk(BackfillHere, BackfillThere)
    found = ours.past(definition_id, *_span(ours, definition_id, span))
    for at in found.done:
        say(f"  {_both(found, at)}  has run already")
    for at in found.wanted:
        say(f"  {_both(found, at)}")
    if not found.wanted or dry_run:
        say(f"{len(found.wanted)} to run" + (", nothing was started" if dry_run else ""))
        return
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(f"{len(found.wanted)} runs would start, and nobody can be asked; add --yes")
        click.confirm(f"run {definition_id!r} {len(found.wanted)} times, one after another?", abort=True)
    worst = 0
    for at in found.wanted:
        ended = ours.run(definition_id, at)
        worst = max(worst, ended.status.exit_code)
        reason = ended.reason.partition("\n")[0]
        say(
            f"{coloured(ended.status.value)}  {at:%Y-%m-%d %H:%M} UTC  {took_text(ended)}  {ended.id}  {reason}"
        )
        if ended.status is RunStatus.CANCELLED:
            left = len(found.wanted) - found.wanted.index(at) - 1
            say(f"stopped: that run was cancelled, so the other {left} were not started", err=True)
            break
    sys.exit(worst)


def _desk() -> DefinitionDesk:
    return desk(DefinitionsHere, DefinitionsThere)


def _one_or_all(definition_id: str | None, whole: bool) -> DefinitionId | None:
    if (definition_id is None) is not whole:
        raise UsageError("name one schedule or trigger, or say --all; see: inspect-pipelines schedules list")
    return DefinitionId(definition_id) if definition_id else None


def _what(definition_id: DefinitionId | None) -> str:
    return f"{definition_id!r} is" if definition_id else "all schedules and triggers are"


def _count_and_id(words: tuple[str, ...]) -> tuple[int, DefinitionId | None]:
    numbers = [word for word in words if word.lstrip("-").isdecimal()]
    names = [word for word in words if word not in numbers]
    if len(numbers) > 1 or len(names) > 1:
        raise UsageError(f"{' '.join(words)!r} cannot be read: write one schedule's id, one number, or both")
    count = int(numbers[0]) if numbers else SHOWN_TIMES
    if not 1 <= count <= MOST_TIMES:
        raise UsageError(f"{numbers[0]!r} times cannot be shown; ask for 1 to {MOST_TIMES}")
    return count, DefinitionId(names[0]) if names else None


def _span(ours: BackfillDesk, definition_id: str, text: str) -> tuple[datetime, datetime]:
    """From and to, UTC; a day means all of it in the schedule's zone."""
    begin, dots, end = text.partition("..")
    if not dots:
        raise UsageError(f"{text!r} is no span; write FROM..TO, for example 2026-11-20..2026-11-22")
    zone, now = ZoneInfo(ours.timezone(definition_id)), ours.now()
    first = day_or_moment(begin, what="FROM", zone=zone, at=time.min)
    last = day_or_moment(end, what="TO", zone=zone, at=time.max) if end.strip() else now
    if first > now:
        raise UsageError(f"FROM {begin!r} lies in the future; only what is past can be backfilled")
    return first, min(last, now)


def _state(one: ScheduleSummary) -> str:
    paused = one.summary.paused
    if not one.summary.enabled:
        return "off (enabled: false)"
    if paused is None:
        return "stopped in the Dagster UI" if one.is_stopped else "on"
    until = f" until {local_time(paused.until)}" if paused.until else ""
    return f"paused{until} by {paused.by.removeprefix('user:')}: {paused.reason}"


def _next_text(one: ScheduleSummary, now: datetime) -> str:
    next_at = one.summary.next_at
    if next_at is None:
        not_before = one.summary.not_before
        return f"not before {not_before:%Y-%m-%d}" if not_before else "-"
    local = next_at.astimezone(ZoneInfo(one.timezone))
    return f"{local:%a %m-%d %H:%M}, in {short_duration((next_at - now).total_seconds())}"


def _local(one: Upcoming) -> datetime:
    return one.at.astimezone(ZoneInfo(one.timezone))


def _both(schedule: Schedule | PastTimes, at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC  {at.astimezone(ZoneInfo(schedule.timezone)):%a %Y-%m-%d %H:%M %Z}"


def _say_clock_changes(found: Sequence[Upcoming], now: datetime) -> None:
    """What clock changes do to the times that are shown."""
    horizon = found[-1].at - now + timedelta(days=1)
    for schedule, (cron, zone) in {one.schedule: (one.cron, one.timezone) for one in found}.items():
        for note in Cron(cron, zone).dst_notes(now, horizon):
            say(f"{schedule}: {note}")
