"""`init URL --crawl`: look round a site, and write a playbook that passes twice."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspect_pipelines.cli.imports import finish
from inspect_pipelines.cli.output import printable, say, style
from inspect_pipelines.cli.playbooks.playing import sessions_apart
from inspect_pipelines.config.devices import DEVICES
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.crawl import PAGES_PER_SECOND
from inspect_pipelines.domain.playbook import VariableType, Viewport
from inspect_pipelines.domain.session import StepResult, StepStatus
from inspect_pipelines.domain.variable import normalised
from inspect_pipelines.errors import Refused, UsageError
from resources import chromium
from resources.clock import SystemClock
from resources.sessions.browser.crawler import crawler

if TYPE_CHECKING:  # loads robots.txt's reader, which no other command needs
    from inspect_pipelines.usecases.definitions.explore import Explored


def crawl(url: str, identifier: str, *, most: int, yes: bool, dry_run: bool, folder: Path | None) -> None:
    """Say what will be done and ask; then do it."""
    from inspect_pipelines.usecases.definitions.propose import drafted, playbook_of, routes_of
    from inspect_pipelines.usecases.definitions.try_out import try_out

    settings, clock = Settings(), SystemClock()
    start = normalised(VariableType.URL, url)
    root = folder or settings.project
    if (root / f"playbooks/{identifier}.yaml").exists():
        raise Refused(
            f"'playbooks/{identifier}.yaml' in {str(root)!r} would be overwritten; name another with --id"
        )
    chromium.find(settings.chromium)
    _ask(start, identifier, most, yes=yes)
    explored = look_round(start, settings, most)
    routes = routes_of(explored)
    say(f"\n{len(routes)} pages to photograph, each again and again until two plays show the same:")
    with sessions_apart(settings, clock) as (sessions, gallery):
        playbook = playbook_of(identifier, routes, explored.banners, phone=a_phone())
        tried = try_out(sessions, gallery, clock, playbook, told=_Plays().step, compared=_compared)
    draft = drafted(identifier, start, explored, routes, tried)
    say()
    if not draft.steps:
        raise UsageError(f"{start!r} has no page that could be photographed: {tried.lost[0][1]}")
    finish(draft, dry_run=dry_run, folder=folder)
    if not tried.is_quiet:
        say(
            f"{style('warning', fg='yellow')} after {tried.plays} plays pictures still differ; see above for which",
            err=True,
        )


def look_round(start: str, settings: Settings, most: int) -> Explored:
    """Which pages there are, each told as it is opened.

    Raises:
        UsageError: The first page does not answer, or robots.txt does not allow it.
    """
    from inspect_pipelines.usecases.definitions.explore import explore

    browser = chromium.find(settings.chromium)
    no_sandbox = os.geteuid() == 0 if settings.no_sandbox is None else settings.no_sandbox
    with crawler(start, browser=browser, no_sandbox=no_sandbox) as site:
        return explore(site, SystemClock(), start, most=most, told=_told)


def a_phone() -> Viewport:
    """The small viewport of every proposal."""
    phone = DEVICES["iPhone 13"]
    return Viewport("phone", phone.width, phone.height, phone.scale, phone.mobile, phone.user_agent)


def _ask(start: str, identifier: str, most: int, *, yes: bool) -> None:
    say(f"looks round {start}:")
    say(
        f"  opens up to {most} pages of this host, {PAGES_PER_SECOND:g} a second at most, as its robots.txt allows, one of each template"
    )
    say(
        "  follows links only: no form is filled or sent, and no link that logs out, deletes or adds anything is opened"
    )
    say(
        "  then photographs each page at least three times, on a desktop and a phone, and masks what differs by itself"
    )
    say(f"  writes playbooks/{identifier}.yaml and a schedule that is switched off; nothing is overwritten")
    if yes:
        return
    if not sys.stdin.isatty() or not click.confirm("go on?", default=True):
        raise Refused("nothing was opened; run it again with --yes to agree")


def _told(url: str, what: str) -> None:
    say(
        f"  {style('✗', fg='red') if what else style('✓', fg='green')} {printable(url)}{f'  {printable(what)}' if what else ''}"
    )


class _Plays:
    """Tells the first play step by step; the others show the same again, unless a step fails."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()

    def step(self, step: StepResult) -> None:
        place = (step.step_id, step.viewport)
        if step.status is StepStatus.PASSED and place not in self._seen:
            say(f"  {style('✓', fg='green')} {printable(step.name)} ({step.viewport})")
        elif step.status is StepStatus.FAILED:
            say(
                f"  {style('✗', fg='red')} {printable(step.name)} ({step.viewport})  {printable(step.message)}"
            )
        self._seen.add(place)


def _compared(differing: int, masks: Sequence[str]) -> None:
    if not differing:
        say("  again: the same")
        return
    what = f"; masked: {', '.join(map(printable, masks))}" if masks else ""
    say(f"  again: {differing} {'picture differs' if differing == 1 else 'pictures differ'}{what}")
