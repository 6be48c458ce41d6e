"""`run ID [--wait] [--reporter ..]`: start a definition now."""

from __future__ import annotations

import secrets
import sys
from functools import partial

import click

from inspect_pipelines.cli.desks.starts import started
from inspect_pipelines.cli.output import say
from inspect_pipelines.cli.reporters.asked import GITHUB, asked
from inspect_pipelines.cli.reporters.github import resumed, stopped
from inspect_pipelines.cli.variables import parsed_variables, variables_option
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.selection import Selection
from inspect_pipelines.errors import UsageError


@click.command()
@click.argument("definition_id", metavar="ID")
@click.option("--wait", is_flag=True, help="Wait for the end; the exit code is the run's.")
@variables_option
@click.option(
    "--branch",
    default="",
    metavar="BRANCH",
    help="What is looked at; its own approved pictures lie over the target's.",
)
@click.option("--view", "views", multiple=True, metavar="NAME", help="Only this picture; may be repeated.")
@click.option("--step", "steps", multiple=True, metavar="ID", help="Only this step, and what it stands on.")
@click.option("--viewport", "viewports", multiple=True, metavar="NAME", help="Only on this viewport.")
@click.option("--playbook", "playbooks", multiple=True, metavar="ID", help="Only this playbook.")
@click.option(
    "--against",
    default="",
    metavar="URL",
    help="Compare with this live address instead of approved pictures; both are played in turns.",
)
@click.option("--quiet", "-q", is_flag=True, help="With --wait: print only how it ended.")
@click.option("--allow-review", is_flag=True, help="With --wait: a run that needs review exits with 0.")
@click.option(
    "--reporter",
    "reporters",
    multiple=True,
    metavar="KIND=FILE",
    help="With --wait: junit=FILE, markdown=FILE, json=FILE, pictures=FOLDER, github; several with commas.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the run as JSON.")
def run(
    definition_id: str,
    wait: bool,
    variables: tuple[str, ...],
    branch: str,
    views: tuple[str, ...],
    steps: tuple[str, ...],
    viewports: tuple[str, ...],
    playbooks: tuple[str, ...],
    against: str,
    quiet: bool,
    allow_review: bool,
    reporters: tuple[str, ...],
    as_json: bool,
) -> None:
    """Start a schedule or trigger now.

    Whatever its cron says, and also when it is switched off. With --wait Ctrl-C ends the waiting, twice ends the run.

    With --view, --step, --viewport or --playbook it plays a part: every other view is `not run`, and the run can neither
    become a whole baseline nor end an incident of what it did not look at.

    Exit codes with --wait: 0 passed, 1 failed or needs review, 2 usage, 3 timeout, error or cancelled.

    `--reporter github` annotates a job of GitHub Actions and adds to its summary.
    """
    wanted = asked(reporters)
    if wanted and not wait:
        raise UsageError("--reporter tells how a run ended; add --wait")
    if as_json and any(one.kind == GITHUB for one in wanted):
        raise UsageError(
            "--json and --reporter github cannot go together: both print; write json=FILE instead"
        )
    word = secrets.token_hex(16) if any(one.kind == GITHUB for one in wanted) else ""
    part = Selection(views, steps, viewports, playbooks)
    with started(
        definition_id, parsed_variables(variables), Settings(), branch=branch, selection=part, against=against
    ) as done:
        from inspect_pipelines.cli.launching import print_end, print_start

        if not wait:
            print_start(done.run, as_json)
            return
        if word:
            say(stopped(word))
        ended = done.await_end(quiet or as_json)
    print_end(ended, as_json)
    if wanted:
        from inspect_pipelines.cli.choice import desk
        from inspect_pipelines.cli.desks.runs import RunsHere, RunsThere
        from inspect_pipelines.cli.reporters.writing import write_reports

        if word:
            say(resumed(word))
        runs = desk(RunsHere, RunsThere)
        fetch = partial(runs.picture, ended.id)
        write_reports(wanted, runs.show(ended.id), allows_review=allow_review, fetch=fetch)
    sys.exit(0 if allow_review and ended.status is RunStatus.NEEDS_REVIEW else ended.status.exit_code)
