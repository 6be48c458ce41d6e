"""Whom a command asks: this machine's house or a server; and for which organisation."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from inspect_pipelines.cli.output import user_name
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.access import Caller, local_person
from inspect_pipelines.domain.way import CLI, agent
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.choice import chosen_org

if TYPE_CHECKING:  # httpx takes 0.1 s, which a command of this machine need not wait for
    from inspect_pipelines.client.client import Client

COMMAND = "inspect-pipelines-cli/"  # how a server knows that a command asks
HOW = "--org ID or INSPECT_ORG, or go to the folder of its project"
MOST_TOKEN_CHARACTERS = 1000  # of a file that holds one
D = TypeVar("D")


def desk(here: Callable[[House], D], there: Callable[[Client], D]) -> D:
    """Where a command asks: a server that somebody named, else this machine's own house.

    Args:
        here: The desk of a house.
        there: The same desk of a server.
    """
    client = chosen_client(Settings())
    return here(chosen_house(Settings())) if client is None else there(client)


def chosen_client(settings: Settings) -> Client | None:
    """The server of `--server` or INSPECT_SERVER; None: none is named.

    Raises:
        UsageError: Its address or its token is none.
    """
    server = named_server(settings)
    if server is None:
        if _given("token") or _given("token_file"):
            raise UsageError("a token is for a server: name it with --server URL or INSPECT_SERVER")
        return None
    from inspect_pipelines.client.client import Client

    says = f"{COMMAND}{version('inspect-pipelines')}" if settings.agent is None else f"agent/{settings.agent}"
    client = Client(server, _token(settings), org=named_org(settings), says=says)
    context = click.get_current_context(silent=True)
    if context is not None:
        context.find_root().call_on_close(client.close)
    return client


def chosen_house(settings: Settings, *, why: str = "") -> House:
    """The house of the organisation that a person means.

    Args:
        settings: Of this machine.
        why: No server is asked for this, as a clause; empty: it is about the machine.

    Raises:
        NotFound: They named one that has not been applied to this home.
        UsageError: This home has several, and nothing says which one; or a server is named, which is not asked for this.
    """
    from inspect_pipelines.config.project_org import project_org
    from inspect_pipelines.wiring import estate

    refuse_server(settings, why)
    ours = estate(settings)
    known = ours.publication.organizations()
    org_id = chosen_org(known, named_org(settings), lambda: project_org(settings.project), how=HOW)
    return ours.house(org_id).by_way_of(way(settings))


def way(settings: Settings) -> str:
    """By what way whoever gives the command comes: an agent says so by INSPECT_AGENT."""
    return CLI if settings.agent is None else agent(settings.agent)


def local_caller() -> Caller:
    """Whoever gives the command on this machine, or their agent."""
    return local_person(user_name(), is_agent=Settings().agent is not None)


def refuse_server(settings: Settings, why: str = "") -> None:
    """Refuse what only the machine of a home can do.

    Raises:
        UsageError: Somebody named a server.
    """
    server = named_server(settings)
    if server is not None:
        context = click.get_current_context(silent=True)
        command = " ".join(context.command_path.split()[1:]) if context else "this"
        raise UsageError(
            f"{command!r} works on the machine of INSPECT_HOME only, and not through {server!r}"
            f"{f' ({why})' if why else ''}; log in there, or leave "
            "--server and INSPECT_SERVER out to do it here"
        )


def named_server(settings: Settings) -> str | None:
    """By `--server` or INSPECT_SERVER."""
    return _given("server") or settings.server


def named_org(settings: Settings) -> str | None:
    """By `--org`, which stands before the command, or INSPECT_ORG."""
    named: str | None = _given("org")
    return settings.org if named is None else named


def _token(settings: Settings) -> str | None:
    """By `--token`, `--token-file` or INSPECT_TOKEN; None: this is the machine itself, it may be."""
    given, file = _given("token"), _given("token_file")
    if given is not None and file is not None:
        raise UsageError(
            "--token and --token-file cannot go together; a file keeps it out of the list of processes"
        )
    if file is not None:
        return _read(file).strip()
    if given is not None:
        return str(given).strip()
    return settings.token.get_secret_value().strip() if settings.token else None


def _read(file: str) -> str:
    try:
        if file == "-":
            return sys.stdin.read(MOST_TOKEN_CHARACTERS)
        with Path(file).open(encoding="utf-8") as opened:
            return opened.read(MOST_TOKEN_CHARACTERS)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise UsageError(f"--token-file {file!r} cannot be read: {why.lower()}") from None


def _given(name: str) -> Any:
    """What somebody wrote before the command."""
    context = click.get_current_context(silent=True)
    return context.find_root().params.get(name) if context else None
