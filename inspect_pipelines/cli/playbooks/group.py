"""`playbook ..`: write one and see at once what it does, without a schedule, a baseline or a message."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from inspect_pipelines.cli.changes import count
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.output import print_json, say, style
from inspect_pipelines.cli.variables import parsed_variables, variables_option
from inspect_pipelines.config.one_playbook import OnePlaybook, read_playbook
from inspect_pipelines.config.settings import Settings
from resources.channels.registry import CHANNELS
from resources.clock import SystemClock

FILE = click.argument("file", type=click.Path(path_type=Path))


@click.group(cls=Group)
def playbook() -> None:
    """Play, record, check and show one playbook file, or make one of an agent's run.

    Nothing of it changes the ledger, baselines or channels.
    """


@playbook.command()
@FILE
@click.option("--headed", is_flag=True, help="On a screen.")
@click.option("--step", "steps", multiple=True, metavar="ID", help="Only this step, and what it stands on.")
@click.option("--viewport", "viewports", multiple=True, metavar="NAME", help="Only on this viewport.")
@variables_option
@click.option("--pause-on-failure", is_flag=True, help="With --headed: a failed step stays on the screen.")
@click.option("--watch", is_flag=True, help="Play again whenever the file or a fragment of it changes.")
@click.option(
    "--pictures",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where pictures go (default: a new folder among the temporary ones).",
)
def run(
    file: Path,
    headed: bool,
    steps: tuple[str, ...],
    viewports: tuple[str, ...],
    variables: tuple[str, ...],
    pause_on_failure: bool,
    watch: bool,
    folder: Path | None,
) -> None:
    """Play a playbook, and print each step as it ends.

    With --step: login, setup and every step before it are played, in order and without their pictures; then it.

    Exit codes: 0 every step passed, 1 a step failed or a finding fails, 2 the file or the command is wrong, 3 ours
    (browser, time-out). With --watch, Ctrl-C ends it with the code of the last play.
    """
    from inspect_pipelines.cli.playbooks.playing import Wish, play_file
    from inspect_pipelines.domain.selection import Selection

    wish = Wish(
        file,
        Selection(steps=steps, viewports=viewports),
        parsed_variables(variables),
        is_headed=headed,
        pauses=pause_on_failure,
        folder=folder,
    )
    sys.exit(play_file(wish, Settings(), SystemClock(), watches=watch))


@playbook.command()
@click.argument("url")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write (default: playbooks/HOST.yaml).",
)
@click.option("--dry-run", is_flag=True, help="Print the playbook; write nothing.")
@click.option("--no-replay", is_flag=True, help="Do not play the recording before it is written.")
def record(url: str, output: Path | None, dry_run: bool, no_replay: bool) -> None:
    """Click through a site, and have it written as a playbook.

    Opens a browser on your screen. Close its window when you are done; what you typed into password fields, and what
    looks like a token, becomes a secret variable. Each page gets a picture; what differs between two plays is masked.

    Exit codes: 0 written, and it plays, 1 the recording does not play, so nothing was written, 2 usage, 3 no browser or no screen.
    """
    from inspect_pipelines.cli.playbooks.recording import record_site

    sys.exit(record_site(url, output, Settings(), SystemClock(), dry_run=dry_run, replays=not no_replay))


@playbook.command()
@click.argument("run")
@click.option("--playbook", "playbook_id", metavar="ID", help="Where agents have played several in the run.")
@click.option("--no-replay", is_flag=True, help="Do not have a browser play it before it is written.")
@click.option("--yes", "is_sure", is_flag=True, help="Write it without asking.")
def distil(run: str, playbook_id: str | None, no_replay: bool, is_sure: bool) -> None:
    """Make of an agent's RUN a playbook that a browser plays, in the place of its file.

    Steps of which only prose was written get the actions that the agent says it did; pictures, masks, expectations and
    criteria stay. What a browser cannot do stands in a comment, which `lint` tells of.

    Exit codes: 0 written, or left as it was, 1 a browser cannot play it, 2 usage.
    """
    from inspect_pipelines.cli.playbooks.distilling import distil_run
    from inspect_pipelines.wiring import house

    settings = Settings()
    sys.exit(distil_run(house(settings), settings, run, playbook_id, replays=not no_replay, is_sure=is_sure))


@playbook.command()
@FILE
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def lint(file: Path, as_json: bool) -> None:
    """Say what works and will not last, each with its line.

    Greedy masks, waiting for time, secrets in the text, elements named by their place, steps that expect nothing,
    pictures that are missing.

    Exit codes: 0 nothing, 1 something, 2 the file is wrong.
    """
    read = read_one(file)
    if as_json:
        print_json({"file": str(file), "hazards": list(read.warnings)})
    else:
        for warning in read.warnings:
            say(f"{style('warning', fg='yellow')} {warning}")
        say(
            f"{file.name}: {count(len(read.warnings), 'hazard')}"
            if read.warnings
            else f"{file.name}: nothing to say"
        )
    sys.exit(1 if read.warnings else 0)


@playbook.command()
@FILE
@variables_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(file: Path, variables: tuple[str, ...], as_json: bool) -> None:
    """Print the steps as they are played: fragments and variables in their places, secrets by reference."""
    from inspect_pipelines.queries.compiled import compiled, lines_of

    read = read_one(file)
    found = compiled(read.playbook, parsed_variables(variables), read.allowed_hosts)
    if as_json:
        print_json(found)
        return
    for line in lines_of(found):
        say(line)


@playbook.command()
@FILE
@variables_option
@click.option(
    "--event",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A file with what an event says; it is fenced as a stranger's data.",
)
def prompt(file: Path, variables: tuple[str, ...], event: Path | None) -> None:
    """Print what an agent would be told: at most 64,000 characters, secrets by name."""
    import secrets

    from inspect_pipelines.config.yaml_source import YamlError, read_bytes
    from inspect_pipelines.domain.prompt import prompt_of
    from inspect_pipelines.errors import UsageError
    from inspect_pipelines.queries.compiled import values_as_far

    read = read_one(file)
    values = values_as_far(read.playbook, parsed_variables(variables), read.allowed_hosts)
    try:
        told = read_bytes(event).decode("utf-8", "replace") if event else ""
    except YamlError as error:
        raise UsageError(f"--event {str(event)!r} {error}") from error
    say(prompt_of(read.playbook, values, nonce=secrets.token_hex(8), event=told))


def read_one(file: Path) -> OnePlaybook:
    """The playbook of a file; all its faults at once when it has some."""
    return read_playbook(file, kinds=CHANNELS, today=SystemClock().now().date())
