"""`run ID [--wait]`: start a definition now."""

from __future__ import annotations

import sys

import click

from inspect_pipelines.cli.begun import begun
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.run import RunStatus, request_origin
from inspect_pipelines.errors import UsageError
from resources.clock import SystemClock


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
    settings = Settings()
    given = _parsed(variables)
    key = SystemClock().new_id()
    with begun(settings, request_origin(key)) as engine:
        # Imported while the run's own process loads: 0.6 s of a command that somebody waits for.
        from inspect_pipelines.cli.choice import chosen_house
        from inspect_pipelines.cli.launching import awaited, print_end, print_start
        from inspect_pipelines.cli.output import user_name
        from inspect_pipelines.usecases.runs import start
        from inspect_pipelines.usecases.runs.launch import launch
        from inspect_pipelines.usecases.runs.reconcile import reconcile

        house = chosen_house(settings)
        reconcile(house)
        wanted = start.request(house, DefinitionId(definition_id), given, by=f"user:{user_name()}", key=key)
        handle = launch(house, engine, wanted)
        if not wait:
            print_start(house, wanted, as_json)
            return
        ended = awaited(house, settings, engine, handle, wanted, quietly=quiet or as_json)
    print_end(house, ended, as_json)
    sys.exit(0 if allow_review and ended.status is RunStatus.NEEDS_REVIEW else ended.status.exit_code)


def _parsed(variables: tuple[str, ...]) -> dict[str, str]:
    parsed = {}
    for text in variables:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"--var {text!r} cannot be read: write it as NAME=VALUE")
        parsed[name] = value
    return parsed
