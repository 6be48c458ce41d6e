"""`/sign-in` and `/sign-out`: who somebody is, said with a password or by the organisation's identity provider."""

from __future__ import annotations

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from inspect_pipelines.domain.way import CONSOLE
from inspect_pipelines.errors import InspectError, Unauthenticated
from inspect_pipelines.usecases.access.sign_out import sign_out
from inspect_pipelines.usecases.access.welcome import provider_of
from inspect_pipelines.web.access import cookie
from inspect_pipelines.web.access.declaration import ENTRANTS, is_for
from inspect_pipelines.web.access.gate import is_local
from inspect_pipelines.web.access.origin import refuse_strangers
from inspect_pipelines.web.access.password_entry import enter
from inspect_pipelines.web.console.forms import SEE_OTHER, fields_of
from inspect_pipelines.web.console.shell import Shell
from inspect_pipelines.web.console.sign_in import is_ours

HOME = "/"
MOST_CHARACTERS = 1000  # of a login or password; longer ones are refused unread
MOST_BYTES = (
    32_768  # of the form, which anybody may send: two such texts and an address, each byte written as three
)
TOO_LONG = "that is too long for a login or a password"


def entrance(shell: Shell) -> APIRouter:
    """The addresses."""
    router, gate = APIRouter(), shell.gate
    ours = gate.any_house.by_way_of(CONSOLE)

    @router.get("/sign-in", response_class=HTMLResponse)
    @is_for(ENTRANTS)
    def ask(
        request: Request,
        org: Annotated[str, Query(max_length=200)] = "",
        following: Annotated[str, Query(alias="next", max_length=2000)] = HOME,
    ) -> Response:
        gate.admit(request, ENTRANTS)
        return entrance_page(shell, request, org=org, following=following, sentence="", status=200)

    @router.post("/sign-in", response_class=RedirectResponse)
    @is_for(ENTRANTS)
    async def come_in(request: Request) -> Response:
        refuse_strangers(request.headers, scheme=request.url.scheme, origins=gate.origins)
        await anyio.to_thread.run_sync(gate.admit, request, ENTRANTS)
        fields = await fields_of(request, MOST_BYTES, is_secret=True)
        org, following = fields.one("org"), fields.one("next", HOME)
        login, password = fields.one("login"), fields.one("password")

        def let_in() -> Response:
            if max(len(login), len(password)) > MOST_CHARACTERS:
                return entrance_page(shell, request, org=org, following=following, sentence=TOO_LONG)
            try:
                begun = enter(gate, request, ours, org or None, login, password)
            except Unauthenticated as error:
                sentence = str(error)
                return entrance_page(shell, request, org=org, following=following, sentence=sentence)
            response = RedirectResponse(following if is_ours(following) else HOME, SEE_OTHER)
            cookie.give(response, begun.text, encrypted=cookie.is_encrypted(request))
            return response

        return await anyio.to_thread.run_sync(let_in)

    @router.post("/sign-out", response_class=RedirectResponse)
    @is_for(ENTRANTS)
    async def go(request: Request) -> Response:
        refuse_strangers(request.headers, scheme=request.url.scheme, origins=gate.origins)

        def let_go() -> Response:
            gate.admit(request, ENTRANTS)
            text = cookie.shown(request, is_local=is_local(request))
            if text is not None:
                sign_out(ours, text)
            response = RedirectResponse("/sign-in", SEE_OTHER)
            cookie.take(response, encrypted=cookie.is_encrypted(request))
            return response

        return await anyio.to_thread.run_sync(let_go)

    return router


def entrance_page(
    shell: Shell,
    request: Request,
    *,
    sentence: str,
    org: str = "",
    following: str | None = None,
    status: int = 401,
) -> HTMLResponse:
    """The form.

    Args:
        shell: Renders it.
        request: That asks for it, or for a page that takes somebody who is known.
        sentence: What was wrong; empty: nothing yet.
        org: The organisation that is meant; empty: the only one.
        following: Where to go then; None: where they wanted to go.
        status: Of the answer.
    """
    if following is None:
        query, path = request.url.query, request.url.path
        asked = f"{path}?{query}" if query else path
        following = asked if request.method == "GET" else HOME  # nobody goes to where a button was sent
        org = org or request.query_params.get("org", "")
    return shell.plain(
        request,
        "entrance.html.j2",
        status=status,
        sentence=sentence,
        org=org,
        following=following if is_ours(following) else HOME,
        has_provider=_has_provider(shell, org),
    )


def _has_provider(shell: Shell, org: str) -> bool:
    try:
        provider_of(shell.gate.house_named(org or None))
    except InspectError:
        return False
    return True
