"""`playbook run`: plays a file, tells each step, and leaves pictures in a folder; nothing of the home is touched."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import click

from inspect_pipelines.cli.changes import count
from inspect_pipelines.cli.output import printable, say, style
from inspect_pipelines.cli.steps import step_line
from inspect_pipelines.config.layout import FRAGMENTS
from inspect_pipelines.config.one_playbook import OnePlaybook, read_playbook, root_of
from inspect_pipelines.config.settings import Settings, has_screen
from inspect_pipelines.domain.finding import Finding, Severity
from inspect_pipelines.domain.selection import Selection, check_selection, part_of
from inspect_pipelines.domain.session import SessionRequest, SessionResult, SessionStatus, StepResult
from inspect_pipelines.domain.session_request import values_for
from inspect_pipelines.errors import InspectError, SetupMissing, UsageError
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.queries.compiled import check_given, hosts_of
from inspect_pipelines.queries.duration import short_duration
from resources.channels.registry import CHANNELS
from resources.gallery.folder import FolderGallery
from resources.sessions.browser.sessions import BrowserSessions

PLAY_MINUTES = 60
LOOKED_AT_HOURS = 12  # a window that waits for a person
TURN_SECONDS = 0.3  # how soon a change of a file is seen
COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be played, and how.

    Attributes:
        folder: Where pictures go; None: a fresh one.
    """

    file: Path
    selection: Selection = field(default_factory=Selection)
    given: Mapping[str, str] = field(default_factory=dict)
    is_headed: bool = False
    pauses: bool = False
    folder: Path | None = None


def play_file(wish: Wish, settings: Settings, clock: Clock, *, watches: bool) -> int:
    """Play it, and with `watches` again after every change; the exit code of the last play.

    Raises:
        UsageError: The command cannot be followed.
        ConfigInvalid: The file is wrong; only without `watches`.
        SetupMissing: There is no browser, or no screen for it.
    """
    if wish.pauses and not (wish.is_headed and sys.stdin.isatty()):
        raise UsageError(
            "--pause-on-failure leaves a window open until you press Enter; add --headed, and give the command in a terminal"
        )
    if wish.is_headed:
        refuse_without_screen()
    folder = wish.folder or Path(tempfile.mkdtemp(prefix=f"inspect-playbook-{wish.file.stem}-"))

    def once() -> tuple[Sequence[Path], int]:
        read = read_playbook(wish.file, kinds=CHANNELS, today=clock.now().date())
        return read.files, _play(read, wish, folder, settings, clock)

    return keep_playing(once, wish.file, clock) if watches else once()[1]


def keep_playing(once: Callable[[], tuple[Sequence[Path], int]], file: Path, clock: Clock) -> int:
    """Play again whenever one of the files is another one, until Ctrl-C; a file that is wrong is told, and waited for.

    Returns:
        The last exit code.
    """
    code = 0
    try:
        while True:
            before = _stamps((file, *_fragments(file)))
            try:
                files, code = once()
            except InspectError as error:  # what it will use when it is right, nobody knows
                files, code = tuple(before), error.exit_code
                say(f"{style('error', fg='red')} {error}", err=True)
            before = _stamps(files) | {each: stamp for each, stamp in before.items() if each in files}
            say(f"\nwatching {file.name}; Ctrl-C ends it")
            while _stamps(files) == before:
                clock.sleep(TURN_SECONDS)
            say()
    except KeyboardInterrupt:
        return code


def refuse_without_screen() -> None:
    """A browser on a screen needs one.

    Raises:
        SetupMissing: This machine shows none.
    """
    if not has_screen():
        raise SetupMissing(
            "there is no screen to open a browser on: neither DISPLAY nor WAYLAND_DISPLAY is set; "
            "give the command on a desktop, or under a virtual one, as: xvfb-run inspect-pipelines playbook .."
        )


def _play(read: OnePlaybook, wish: Wish, folder: Path, settings: Settings, clock: Clock) -> int:
    playbook = read.playbook
    check_given(playbook, wish.given)
    check_selection([playbook], wish.selection)
    part = part_of(playbook, wish.selection)
    assert part is not None  # checked just now
    hosts = hosts_of(part, wish.given, read.allowed_hosts)
    values = values_for(part, {}, wish.given, hosts)
    for warning in read.warnings:
        say(f"{style('warning', fg='yellow')} {warning}", err=True)
    say(f"{wish.file.name} ({part.id}) on {', '.join(each.name for each in part.viewports)}")
    with sessions_apart(
        settings, clock, is_headed=wish.is_headed, hold=_hold if wish.pauses else None
    ) as apart:
        sessions, gallery = apart
        limit = timedelta(hours=LOOKED_AT_HOURS) if wish.pauses else timedelta(minutes=PLAY_MINUTES)
        request = SessionRequest("playbook.1", "playbook", part, values, hosts)
        result = sessions.play(
            request, deadline=clock.now() + limit, told=lambda step: say(f"  {step_line(step)}")
        )
        _say_findings(result)
        saved = _save(result, gallery, folder)
    return _say_end(result, saved, folder)


@contextmanager
def sessions_apart(
    settings: Settings,
    clock: Clock,
    *,
    is_headed: bool = False,
    hold: Callable[[StepResult], None] | None = None,
) -> Iterator[tuple[BrowserSessions, FolderGallery]]:
    """Sessions with a gallery of their own, both gone with the block: the home is not asked for a byte."""
    with tempfile.TemporaryDirectory(prefix="inspect-playing-") as scratch:
        gallery = Path(scratch) / "gallery"
        sessions = BrowserSessions(
            gallery=gallery,
            scratch=Path(scratch) / "run",
            clock=clock,
            browser=settings.chromium,
            no_sandbox=settings.no_sandbox,
            memory_mb=settings.session_memory_mb,
            is_headed=is_headed,
            hold=hold,
        )
        try:
            yield sessions, FolderGallery(gallery)
        finally:
            sessions.close()


def _hold(step: StepResult) -> None:
    say(f"  paused at {step.step_id}@{step.viewport}: look at the window, then press Enter")
    click.pause("")


def _say_findings(result: SessionResult) -> None:
    for each in result.findings:
        if not each.is_ignored:
            where = f"{each.step_id}@{each.viewport}" if each.step_id else each.playbook
            say(
                f"  {style(each.severity.value, fg=COLOURS[each.severity])} {each.kind.value} {where}: "
                f"{printable(each.sentence)}"
            )


def _save(result: SessionResult, gallery: FolderGallery, folder: Path) -> list[str]:
    """Every picture under its view's name, and those of findings; what they are called, with their sizes."""
    folder.mkdir(parents=True, exist_ok=True)
    saved = []
    for shot in result.screenshots:
        name = _file_name(f"{shot.view.name}@{shot.view.viewport}")
        (folder / name).write_bytes(gallery.get(shot.sha256))
        saved.append(f"{name}  {shot.width} x {shot.height}")
    shown = [each for each in result.findings if each.screenshot is not None and each.fails_at("error")]
    for name, sha256 in {_found_name(each): each.screenshot for each in shown}.items():
        assert sha256 is not None
        (folder / name).write_bytes(gallery.get(sha256))
        saved.append(name)
    return saved


def _found_name(finding: Finding) -> str:
    return _file_name(f"failed {finding.step_id or finding.kind.value}@{finding.viewport}")


def _file_name(text: str) -> str:
    return f"{re.sub(r'[^A-Za-z0-9@._-]+', '-', text).strip('-.') or 'picture'}.png"


def _say_end(result: SessionResult, saved: Sequence[str], folder: Path) -> int:
    """How it went; the exit code."""
    if saved:
        say(f"pictures in {folder}")
        for name in saved:
            say(f"  {name}")
    took = short_duration((result.completed_at - result.started_at).total_seconds())
    if result.status in (SessionStatus.COMPLETED, SessionStatus.FAILED):
        failing = sum(1 for each in result.findings if each.fails_at(result.fail_on))
        is_good = result.status is SessionStatus.COMPLETED and not failing
        played = sum(1 for step in result.steps if step.status.is_played)
        word = style("passed", fg="green") if is_good else style("failed", fg="red")
        why = f": {printable(result.error)}" if result.error else ""
        found = f", {count(failing, 'finding')}" if failing else ""
        say(
            f"{word}: {count(played, 'step')}, {count(len(result.screenshots), 'picture')}{found} in {took}{why}"
        )
        return 0 if is_good else 1
    say(f"{style(result.status.value, fg='magenta')} after {took}: {printable(result.error or '')}", err=True)
    return 3


def _fragments(file: Path) -> Sequence[Path]:
    """Those that the file may use, as paths like those that `read_playbook` tells."""
    return sorted((root_of(file) / FRAGMENTS).glob("*.y*ml"))


def _stamps(files: Sequence[Path]) -> dict[Path, tuple[int, int] | None]:
    """What tells one state of a file from the next; None: it is not there, as while an editor writes it."""
    found: dict[Path, tuple[int, int] | None] = {}
    for file in files:
        try:
            stat = file.stat()
            found[file] = (stat.st_mtime_ns, stat.st_size)
        except OSError:
            found[file] = None
    return found
