"""`make demo`: the main job on a shop of our own, from nothing to a caught regression, in about a minute."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import click

from inspect_pipelines.config.settings import Settings, child_environment
from inspect_pipelines.engine.state import is_held
from inspect_pipelines.errors import InspectError, Refused, Unavailable
from inspect_pipelines.examples.shop.server import Shop

PROJECT = Path(__file__).parent
DEFINITION = "nightly-shop"
SHOP_PORT = 8470  # the one examples/schedules.yaml names, so that `make up` finds the shop there
MARKER = "demo"  # a file in INSPECT_HOME that says: made by a demo, may be thrown away by the next one
MESSAGE_WITHIN_SECONDS = 120.0
THREE_RUNS = """
SELECT strftime(scheduled_at, '%H:%M:%S') AS due, status, screenshots_count AS pictures,
       round(baseline_diff_score, 3) AS score, split_part(split_part(reason, chr(10), 1), ' (', 1) AS reason
FROM automated_runs ORDER BY scheduled_at
"""


@click.command()
def demo() -> None:
    """Show a first run, its approval, a passed run and a caught regression; asks nothing."""
    try:
        play(Settings())
    except InspectError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)


def play(settings: Settings) -> None:
    """The demo's six scenes; the shop lives as long as they do."""
    home = settings.absolute_home()
    fresh(home)
    with open_shop() as shop:
        stage = Stage(home, project_for(shop, home))
        click.echo(f"A furniture shop is open at {shop.url}; its watchman keeps his notes in {home.name}/\n")

        scene("1  The definitions are checked and published")
        stage.run("validate")
        stage.run("apply", "--yes")

        scene("2  First run: nothing is approved yet, so a person has to look")
        stage.run("run", DEFINITION, "--wait", expected=1)
        stage.run("baselines", "adopt", DEFINITION)

        scene("3  Second run: the shop looks as approved")
        stage.run("run", DEFINITION, "--wait", "--quiet")

        scene("4  A deploy breaks a button")
        shop.regression(True)
        last = stage.run("run", DEFINITION, "--wait", "--quiet", expected=1)

        scene("5  What people hear: once, however many nights it stays")
        click.echo(textwrap.indent(alert_in(home), "   | "))

        scene("6  What the history knows")
        stage.run(
            "history",
            "sql",
            " ".join(THREE_RUNS.split()),
            shown='history sql "SELECT .. FROM automated_runs"',
        )
    click.echo(f"Before, after and what changed: open {report_named_in(last)}")
    click.echo("The same runs in the Dagster UI: make up")


def open_shop() -> Shop:
    """The shop at its own port, or at a free one where something else has that."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", SHOP_PORT))
        except OSError:
            return Shop(port=0)
    return Shop(port=SHOP_PORT)


def project_for(shop: Shop, home: Path) -> Path:
    """The example's files; a copy in the home where the shop has another port than they name, which no run may look at."""
    named = f":{SHOP_PORT}"
    if shop.url.endswith(named):
        return PROJECT
    copy = home / "project"
    (copy / "playbooks").mkdir(parents=True)
    for file in sorted([*PROJECT.glob("*.yaml"), *PROJECT.glob("playbooks/*.yaml")]):
        text = file.read_text(encoding="utf-8").replace(f"http://127.0.0.1{named}", shop.url)
        (copy / file.relative_to(PROJECT)).write_text(text, encoding="utf-8")
    return copy


def demo_environment(home: Path, project: Path) -> dict[str, str]:
    """The variables of a command that works in the demo's home."""
    return child_environment(INSPECT_HOME=str(home), INSPECT_PROJECT=str(project))


def command_line(*arguments: str) -> list[str]:
    """Our own command, as installed beside this Python."""
    return [str(Path(sys.executable).with_name("inspect-pipelines")), *arguments]


def scene(title: str) -> None:
    """A heading on the terminal."""
    click.echo(click.style(title, bold=True))


def fresh(home: Path) -> None:
    """Empty an earlier demo's home; never anybody's else.

    Raises:
        Refused: The folder holds data that no demo made.
    """
    if home.exists() and any(home.iterdir()):
        if not (home / MARKER).exists():
            raise Refused(
                f"the demo starts from nothing, but {str(home)!r} holds data that is not a demo's; "
                "give it another folder: INSPECT_HOME=/tmp/demo make demo"
            )
        if is_held(home):
            raise Refused(
                f"{str(home)!r} is in use by `inspect-pipelines up`; stop it first, then run the demo again"
            )
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / MARKER).write_text("made by the demo; the next demo may delete this folder\n", encoding="utf-8")


def report_named_in(output: str) -> str:
    """The path that a command's `report:` line names."""
    return next(line.removeprefix("report: ") for line in output.splitlines() if line.startswith("report: "))


def alert_in(home: Path) -> str:
    """What would be said in a chat: a file as long as none is configured, written just after the run's end.

    Raises:
        Unavailable: It was not written in time.
    """
    deadline = time.monotonic() + MESSAGE_WITHIN_SECONDS
    while time.monotonic() < deadline:
        for path in (home / "outbox").glob("*-opened-*"):
            return path.read_text(encoding="utf-8")
        time.sleep(0.1)
    raise Unavailable(f"the demo expected a message in {str(home / 'outbox')!r} and found none")


class Stage:
    """Runs our own command line as a user would, and shows what it says."""

    def __init__(self, home: Path, project: Path) -> None:
        self._environment = demo_environment(home, project)

    def run(self, *arguments: str, expected: int = 0, shown: str = "") -> str:
        """Run one command, echo it and its output, and return the output.

        Raises:
            Unavailable: It did not end with the expected exit code.
        """
        click.echo(f"   $ inspect-pipelines {shown or ' '.join(arguments)}")
        done = subprocess.run(
            command_line(*arguments), env=self._environment, capture_output=True, text=True, check=False
        )
        click.echo(textwrap.indent(done.stdout, "   "))
        if done.returncode != expected:
            raise Unavailable(
                f"the demo expected exit code {expected} of {' '.join(arguments)!r}, not {done.returncode}:\n{done.stderr}"
            )
        return done.stdout


if __name__ == "__main__":
    demo()
