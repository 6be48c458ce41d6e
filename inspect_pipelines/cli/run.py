"""`run ID [--wait]`: start a definition now."""

from __future__ import annotations

import sys

import click

from inspect_pipelines.cli.desks.starts import started
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import UsageError


@click.command()
@click.argument("definition_id", metavar="ID")
@click.option("--wait", is_flag=True, help="Wait for the end; the exit code is the run's.")
@click.option(
    "--var", "variables", multiple=True, metavar="NAME=VALUE", help="A variable's value; may be repeated."
)
@click.option("--quiet", "-q", is_flag=True, help="With --wait: print only how it ended.")
@click.option("--allow-review", is_flag=True, help="With --wait: a run that needs review exits with 0.")
@click.option("--json", "as_json", is_flag=True, help="Print the run as JSON.")
def run(
    definition_id: str,
    wait: bool,
    variables: tuple[str, ...],
    quiet: bool,
    allow_review: bool,
    as_json: bool,
) -> None:
    """Start a schedule or trigger now.

    Whatever its cron says, and also when it is switched off. With --wait Ctrl-C ends the waiting, twice ends the run.

    Exit codes with --wait: 0 passed, 1 failed or needs review, 2 usage, 3 timeout, error or cancelled.
    """
    with started(definition_id, _parsed(variables), Settings()) as done:
        from inspect_pipelines.cli.launching import print_end, print_start

        if not wait:
            print_start(done.run, as_json)
            return
        ended = done.await_end(quiet or as_json)
    print_end(ended, as_json)
    sys.exit(0 if allow_review and ended.status is RunStatus.NEEDS_REVIEW else ended.status.exit_code)


def _parsed(variables: tuple[str, ...]) -> dict[str, str]:
    parsed = {}
    for text in variables:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"--var {text!r} cannot be read: write it as NAME=VALUE")
        parsed[name] = value
    return parsed
