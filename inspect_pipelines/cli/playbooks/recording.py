"""`playbook record URL`: what a person clicked, as a playbook that plays."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from inspect_pipelines.cli.changes import count
from inspect_pipelines.cli.imports import say_told
from inspect_pipelines.cli.output import printable, say, style
from inspect_pipelines.cli.playbooks.playing import refuse_without_screen, sessions_apart
from inspect_pipelines.cli.steps import step_line
from inspect_pipelines.config.imports.draft import Draft, slug
from inspect_pipelines.config.imports.recording import from_recording, identifier_of
from inspect_pipelines.config.imports.told import Fate
from inspect_pipelines.config.one_playbook import read_playbook
from inspect_pipelines.config.settings import Settings, lent
from inspect_pipelines.domain.playbook import VariableType
from inspect_pipelines.domain.session_request import values_for
from inspect_pipelines.domain.variable import normalised
from inspect_pipelines.errors import Refused, UsageError
from inspect_pipelines.ports.clock import Clock
from resources import chromium
from resources.channels.registry import CHANNELS
from resources.sessions.browser.stenographer import Recording, stenographer, until_closed


def record_site(
    url: str, output: Path | None, settings: Settings, clock: Clock, *, dry_run: bool, replays: bool
) -> int:
    """Open a window, keep what is done in it until it is closed, and write the playbook; the exit code.

    Raises:
        UsageError: The address is none, or nothing was recorded.
        Refused: The file is there already.
        SetupMissing: There is no browser, or no screen.
    """
    start = normalised(VariableType.URL, url)
    file = output or settings.project / "playbooks" / f"{identifier_of(start)}.yaml"
    if file.exists() and not dry_run:
        raise Refused(f"{str(file)!r} would be overwritten; name another with --output")
    refuse_without_screen()
    browser = chromium.find(settings.chromium)
    no_sandbox = os.geteuid() == 0 if settings.no_sandbox is None else settings.no_sandbox
    say("click through the site, then close its window")
    with stenographer(start, browser=browser, no_sandbox=no_sandbox) as (page, recording):
        until_closed(page)
    return finish(recording, start, file, settings, clock, dry_run=dry_run, replays=replays)


def finish(
    recording: Recording,
    start: str,
    file: Path,
    settings: Settings,
    clock: Clock,
    *,
    dry_run: bool,
    replays: bool,
) -> int:
    """Make a playbook of it, play that again and again until two plays show the same, and write it; the exit code."""
    found = from_recording(
        recording.lines,
        identifier=slug(file.stem, instead="recorded"),
        start=start,
        secrets=recording.secrets,
    )
    draft = found.draft
    lost: Sequence[tuple[str, str]] = ()
    if replays:
        say("\nplayed again and again until two plays show the same:")
        with lent({_env(name): text for name, text in found.typed.items()}):
            lost = _replay(draft, settings, clock)
        say()
    say_told(draft.told)
    if lost:
        kept = file.with_name(f"{file.name}.draft")
        step, why = lost[0]
        say(
            f"{style('failed', fg='red')} the recording does not play: step {step!r}: {printable(why)}",
            err=True,
        )
        if not dry_run:
            _write(kept, draft.text())
            say(
                f"nothing is lost: what was recorded is in {kept}; mend it, and call it {file.name}", err=True
            )
        return 1
    if dry_run:
        say("nothing was written; without --dry-run this becomes the file:\n")
        say(draft.text(), nl=False)
        return 0
    _write(file, draft.text())
    say(f"wrote {file}")
    for name in found.typed:
        say(f"  {{{{{name}}}}} is a secret: set {_env(name)} where it is played")
    say(f"next: inspect-pipelines playbook run {file}")
    return 0


def _replay(draft: Draft, settings: Settings, clock: Clock) -> Sequence[tuple[str, str]]:
    """Play it, and mask what differs by itself; the steps that could not be played, with why."""
    from inspect_pipelines.usecases.definitions.try_out import try_out

    with tempfile.TemporaryDirectory(prefix="inspect-recorded-") as scratch:
        written = Path(scratch) / f"{draft.id}.yaml"
        written.write_text(draft.text(), encoding="utf-8")
        read = read_playbook(written, kinds=CHANNELS, today=clock.now().date())
    values = values_for(read.playbook, {}, {}, ())
    with sessions_apart(settings, clock) as (sessions, gallery):
        tried = try_out(
            sessions,
            gallery,
            clock,
            read.playbook,
            values=values,
            told=lambda step: say(f"  {step_line(step)}"),
            compared=lambda differing, masks: say(
                f"  again: {count(differing, 'picture')} differ" if differing else "  again: the same"
            ),
        )
    for name, masks in tried.masks.items():
        draft.mask(name, masks)
        for selector in masks:
            draft.tell(0, selector, Fate.CONVERTED, f"mask of {name!r}: differed from play to play")
    for finding in tried.findings:
        draft.tell(
            0,
            finding.kind.value,
            Fate.LEFT_OUT,
            f"fails every run until it is mended or ignored: {finding.message}",
        )
    return tried.lost


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except OSError as error:
        raise UsageError(
            f"{str(file)!r} cannot be written: {(error.strerror or str(error)).lower()}"
        ) from error


def _env(name: str) -> str:
    return name.upper()
