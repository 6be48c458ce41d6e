"""`up`, `daemon` and `env`: run everything, or all but what answers others, or point a shell's `dagster` at this home."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import click

from inspect_pipelines.cli.listening import believed, proxy_option, refuse_unguarded
from inspect_pipelines.cli.output import say
from inspect_pipelines.cli.web import refuse_alone
from inspect_pipelines.config.settings import Settings, child_environment
from inspect_pipelines.domain.presence import DAEMON
from inspect_pipelines.engine.addresses import is_loopback
from inspect_pipelines.engine.state import UpState
from inspect_pipelines.engine.storages import ensure_storages
from inspect_pipelines.engine.supervisor import Supervisor, Wishes
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.engine import MODULE
from resources.clock import SystemClock
from resources.publication import FilePublication

LOCAL = "(whoever uses this machine is one local person with every right; others sign in, or show a token)"
TOKENS = "(people sign in and programs show tokens, over HTTPS only: put a proxy with TLS in front)"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="The first port to try (8460).")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--no-ui", is_flag=True, help="Without the Dagster UI.")
@proxy_option
@click.option("--quiet", is_flag=True, help="Say nothing unless something is wrong.")
def up(port: int | None, host: str, no_ui: bool, proxies: tuple[str, ...], quiet: bool) -> None:
    """Start everything: web, code server, daemon, Dagster UI.

    It stays in the foreground. A part that dies is started again; what `apply` publishes is loaded within seconds;
    runs in progress go on meanwhile.

    An address that other machines reach (`--host`) takes an administrator first: `users add NAME --role admin`.

    Ctrl-C stops everything within ten seconds, runs in progress included; a second Ctrl-C kills it at once.
    """
    settings = Settings()
    wishes = Wishes(port or settings.port, with_ui=not no_ui, host=host, proxies=believed(proxies))
    _supervise(settings, wishes, quiet=quiet)


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), help="The first port to try, on this machine only (8461)."
)
@click.option("--no-ui", is_flag=True, help="Without the Dagster UI.")
@click.option("--quiet", is_flag=True, help="Say nothing unless something is wrong.")
def daemon(port: int | None, no_ui: bool, quiet: bool) -> None:
    """Start all but what answers others, beside any number of `web`.

    Once a home: runs, schedules, events, messages and the history. The ledger has to be in PostgreSQL. It is an `up` that only this machine reaches: stopped, it stops runs in progress, and each `web` goes on.

    With INSPECT_DAGSTER_URL others run Dagster, and play the runs: no part of it is started here.
    """
    settings = Settings()
    refuse_alone(settings, "daemon")
    _supervise(settings, Wishes(port or settings.port + 1, with_ui=not no_ui, part=DAEMON), quiet=quiet)


def _supervise(settings: Settings, wishes: Wishes, *, quiet: bool) -> None:
    """Until a signal."""
    host = wishes.host
    publication = FilePublication(settings.absolute_home())
    access = who_may(settings, host)
    supervisor = Supervisor(settings, wishes, SystemClock(), lambda text: say(text, err=True), publication)
    if quiet:
        supervisor.run(lambda state, seconds: None)
        return
    say("starting ..", err=True)
    supervisor.run(lambda state, seconds: say(announcement(settings, state, seconds, access)))
    say("stopped", err=True)


@click.command()
def env() -> None:
    """Print the variables for `eval "$(inspect-pipelines env)"`.

    They point `dagster` at this INSPECT_HOME.
    """
    for name, value in variables(Settings()).items():
        say(f"export {name}={shlex.quote(value)}")


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def dagster(words: tuple[str, ...]) -> None:
    """Run Dagster's own command for this INSPECT_HOME.

    `inspect-pipelines dagster job launch -j nightly` is `dagster job launch -j nightly` with the variables that `env`
    prints. Where others run Dagster (INSPECT_DAGSTER_URL), it adds none: they have set theirs.
    """
    settings = Settings()
    ours = {} if settings.dagster_url else variables(settings)
    if words[:1] == ("code-server",):
        ours.pop("DAGSTER_MODULE_NAME", None)  # it names its own
    # Dagster's script, not `-m dagster`: the folder that we were called in may hold packages named like ours.
    script = str(Path(sys.executable).with_name("dagster"))
    os.execve(sys.executable, [sys.executable, script, *words], child_environment(**ours))  # noqa: S606


def variables(settings: Settings) -> dict[str, str]:
    """What `dagster` has to be told.

    Raises:
        Refused: Others run Dagster, and its records are not known here.
    """
    home = settings.absolute_home()
    if settings.dagster_url and not settings.dagster_database_url:
        raise Refused(
            f"`env` cannot point `dagster` anywhere: others run it, at {settings.dagster_url!r}, and where its records are is "
            "not known here; start runs with `inspect-pipelines run`, or set INSPECT_DAGSTER_DATABASE_URL"
        )
    return {
        "INSPECT_HOME": str(home),
        "DAGSTER_HOME": str(ensure_storages(home)),
        "DAGSTER_MODULE_NAME": MODULE,
    }


def who_may(settings: Settings, host: str) -> str:
    """Who may use the API at this address, as a sentence.

    Raises:
        Refused: Other machines reach it, and nobody could let them in.
    """
    if is_loopback(host):
        return LOCAL
    from inspect_pipelines.wiring import house

    ours = house(settings)
    try:
        refuse_unguarded(ours, host)
    finally:
        ours.ledgers.close()
    return TOKENS


def announcement(settings: Settings, state: UpState, seconds: float, access: str) -> str:
    """What runs where."""
    home = settings.absolute_home()
    rows = [
        ("console", f"{state.web_url}/"),
        ("Dagster UI", state.ui_url or "not started (--no-ui)"),
        ("web", f"{state.web_url}/status  {state.web_url}/health"),
        ("API", f"{state.web_url}/api/v1  {access}"),
        ("INSPECT_HOME", str(home)),
        ("logs", str(home / "logs")),
    ]
    lines = [
        f"up after {seconds:.0f} s; Ctrl-C stops everything",
        *(f"  {name:<13} {text}" for name, text in rows),
    ]
    if not FilePublication(home).organizations():
        lines.append("nothing is published yet; in another terminal: inspect-pipelines apply")
    return "\n".join(lines)
