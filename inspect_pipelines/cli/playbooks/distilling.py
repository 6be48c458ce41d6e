"""`playbook distil RUN`: an agent's run, as a playbook that a browser plays."""

from __future__ import annotations

from datetime import timedelta

import click

from inspect_pipelines.cli.imports import say_told
from inspect_pipelines.cli.output import printable, say, style
from inspect_pipelines.cli.playbooks.playing import sessions_apart
from inspect_pipelines.cli.playbooks.rewriting import diff_of
from inspect_pipelines.cli.steps import step_line
from inspect_pipelines.config.distil import Distilled, distilled
from inspect_pipelines.config.one_playbook import file_of, read_playbook
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.repair import same_but_played
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.session import SessionRequest, SessionStatus
from inspect_pipelines.domain.session_request import session_requests
from inspect_pipelines.domain.trace import Trace
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.definition import definition_of
from inspect_pipelines.queries.repairs import traces_of
from inspect_pipelines.queries.run import find_run
from resources.channels.registry import CHANNELS

PLAY_MINUTES = 20


def distil_run(
    house: House, settings: Settings, text: str, playbook_id: str | None, *, replays: bool, is_sure: bool
) -> int:
    """Show the twin of a run's playbook, play it, and put it into the file's place when somebody agrees; the exit code.

    Raises:
        NotFound: There is no such run, or no agent has told what it did in it.
        UsageError: The run has several playbooks of agents, or none of the project's files says it.
        Refused: The file cannot be changed in parts, or the twin would ask for something else.
    """
    run = find_run(house, text)
    trace = _trace(house, run, playbook_id)
    request = _request(house, run, trace)
    file = file_of(settings.project, trace.playbook)
    today = house.clock.now().date()
    before = read_playbook(file, kinds=CHANNELS, today=today).playbook
    old = file.read_text(encoding="utf-8")
    found = distilled(old, before, trace, request.values)
    say_told(found.told)
    say(f"\n{printable_diff(file.name, old, found)}")
    beside = file.with_name(f"{file.name}.twin")
    beside.write_text(found.text, encoding="utf-8")
    after = read_playbook(beside, kinds=CHANNELS, today=today).playbook
    if not same_but_played(before, after):
        beside.unlink()
        raise Refused(
            f"{file.name}: the twin would ask for something else than the playbook; nothing was written"
        )
    why = _lost(after, request, settings, house.clock) if replays else ""
    if why:
        say(f"{style('failed', fg='red')} the twin does not play: {printable(why)}", err=True)
        say(f"nothing is lost: it is in {beside}; mend it, and call it {file.name}", err=True)
        return 1
    if not is_sure and not click.confirm(f"Put it into the place of {file.name}?"):
        say(f"{file.name} stays as it is; the twin is in {beside}")
        return 0
    beside.replace(file)
    say(f"wrote {file}; what it shows is compared with the same approved pictures")
    say(
        "next: inspect-pipelines apply, then look at a first run: a browser's pictures may differ from an agent's"
    )
    return 0


def printable_diff(name: str, old: str, found: Distilled) -> str:
    """Its lines, without what would steer a terminal."""
    return "\n".join(printable(line) for line in diff_of(name, old, found.text).splitlines())


def _trace(house: House, run: Run, playbook_id: str | None) -> Trace:
    traces = {each.playbook: each for each in traces_of(house, run.id)}  # the last of each
    if playbook_id is not None:
        traces = {name: each for name, each in traces.items() if name == playbook_id}
    if not traces:
        of = f" about {playbook_id!r}" if playbook_id else ""
        raise NotFound(
            f"no agent has told what it did in run {run.id!r}{of}; only a session that an agent has played to its end can be "
            "distilled: inspect-pipelines sessions list"
        )
    if len(traces) > 1:
        raise UsageError(
            f"run {run.id!r} has several playbooks of agents; name one with --playbook: {', '.join(sorted(traces))}"
        )
    return next(iter(traces.values()))


def _request(house: House, run: Run, trace: Trace) -> SessionRequest:
    for each in session_requests(run, definition_of(house, run.definition_id)):
        if each.playbook.id == trace.playbook:
            return each
    raise NotFound(
        f"run {run.id!r} cannot be distilled: its definition does not play {trace.playbook!r} any more"
    )


def _lost(playbook: Playbook, request: SessionRequest, settings: Settings, clock: Clock) -> str:
    """Why a browser cannot play it; empty: it can, and everything that it asks for holds."""
    say("played by a browser:")
    with sessions_apart(settings, clock) as (sessions, _):
        wanted = SessionRequest("distil.1", "distil", playbook, request.values, request.allowed_hosts)
        result = sessions.play(
            wanted,
            deadline=clock.now() + timedelta(minutes=PLAY_MINUTES),
            told=lambda step: say(f"  {step_line(step)}"),
        )
    faults = [each.message for each in result.findings if each.fails_at(result.fail_on)]
    if result.status is not SessionStatus.COMPLETED:
        return result.error or result.status.value
    return faults[0] if faults else ""
