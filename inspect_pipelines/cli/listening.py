"""Who reaches the server: an address that others reach takes an administrator first, a proxy before it has to be named."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network

import click

from inspect_pipelines.engine.addresses import is_loopback
from inspect_pipelines.errors import Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.access import has_administrator

THIS_MACHINE = "127.0.0.1"

proxy_option = click.option(
    "--proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="A proxy whose X-Forwarded-For and -Proto are believed, or a network of them. (127.0.0.1)",
)


def believed(proxies: Sequence[str]) -> tuple[str, ...]:
    """Addresses and networks whose word is taken about who asks, and whether it came encrypted.

    Raises:
        UsageError: One of them is neither.
    """
    for text in proxies:
        try:
            ip_network(text)
        except ValueError as error:
            raise UsageError(
                f"--proxy {text!r} is no address; write one, 10.0.0.5, or a network, 10.0.0.0/24"
            ) from error
    return tuple(proxies) or (THIS_MACHINE,)


def refuse_unguarded(house: House, host: str) -> None:
    """Refuse to listen where others come in and nobody could let them.

    Args:
        house: Of any organisation of the home; one administrator in any is enough.
        host: As `--host` names it.

    Raises:
        Refused: Other machines reach that address, and there is no administrator.
    """
    if not is_loopback(host) and not has_administrator(house):
        raise Refused(
            f"the address {host!r} is open to other machines, and this home has no administrator who could let anybody in; "
            "make one first: inspect-pipelines users add NAME --role admin (or listen on this machine only, without --host)"
        )
