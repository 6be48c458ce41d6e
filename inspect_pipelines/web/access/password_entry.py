"""Entering with a password: counted by address and login, before anything else is looked at."""

from __future__ import annotations

import secrets

from starlette.requests import Request

from inspect_pipelines.domain.sign_in import RANDOM_BYTES
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.sign_in import Begun, sign_in
from inspect_pipelines.web.access import cookie
from inspect_pipelines.web.access.gate import Gate, is_local
from inspect_pipelines.web.access.rates import ENTRY, LOGIN


def enter(gate: Gate, request: Request, asked: House, org: str | None, login: str, password: str) -> Begun:
    """Whoever knows a member's password, signed in with this browser.

    Args:
        gate: Knows the organisations.
        request: Of the browser.
        asked: Any house, by the way that they came.
        org: The organisation that is meant; None: the only one.
        login: As it was typed.
        password: As it was typed.

    Raises:
        TooMany: From this address, or as this login.
        Unauthenticated: They do not fit.
    """
    if not is_local(request):
        address = request.client.host if request.client else ""
        gate.rates.spend(ENTRY, address, "whoever signs in from this address")
    named = gate.house_named(org)
    whose = org if named is None else named.org_id  # one account, whether its organisation is named or not
    gate.rates.spend(LOGIN, f"{whose}/{login}", f"whoever signs in as {login!r}")
    return sign_in(
        named.by_way_of(asked.via) if named is not None else None,
        asked.hasher,
        login,
        password,
        random=secrets.token_bytes(RANDOM_BYTES),
        agent=request.headers.get("user-agent", ""),
        instead_of=cookie.shown(request, is_local=is_local(request)),
    )
