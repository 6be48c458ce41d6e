"""On which address the server listens: one that other machines reach takes an administrator first."""

from __future__ import annotations

from inspect_pipelines.engine.addresses import is_loopback
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.access import has_administrator


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
