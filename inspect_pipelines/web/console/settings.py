"""Settings: who may do what, how people are reached, who may tell of events, what holds runs back, and who did what."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.routing import BaseRoute

from inspect_pipelines.domain.access import ROLES, Permission, Role
from inspect_pipelines.domain.channel import Person
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.queries.access import list_members, list_own_tokens, list_tokens
from inspect_pipelines.queries.audit import list_audit
from inspect_pipelines.queries.budgets import list_budgets
from inspect_pipelines.queries.channels import list_channels, where_of
from inspect_pipelines.queries.definitions import applied_definitions
from inspect_pipelines.queries.organization import organization
from inspect_pipelines.queries.pauses import list_pauses
from inspect_pipelines.queries.sign_ins import list_sign_ins, who_asks
from inspect_pipelines.queries.sources import list_sources
from inspect_pipelines.web.access.declaration import KNOWN, is_for, permitted
from inspect_pipelines.web.console.looks import THEMES
from inspect_pipelines.web.console.member_password import member_password
from inspect_pipelines.web.console.own_looks import own_looks
from inspect_pipelines.web.console.own_password import own_password
from inspect_pipelines.web.console.pause_verbs import pause_verbs
from inspect_pipelines.web.console.setting_verbs import LIVES, setting_verbs
from inspect_pipelines.web.console.shell import Seen, Shell

ADMIN, READS = Permission.ACCESS_ADMIN, Permission.ORGANIZATION_READ
ROOMS = (
    ("/settings", "You", None),
    ("/settings/members", "Members", ADMIN),
    ("/settings/tokens", "Tokens", ADMIN),
    ("/settings/channels", "Channels", READS),
    ("/settings/sources", "Sources", READS),
    ("/settings/limits", "Budgets and pauses", READS),
    ("/settings/audit", "Audit", ADMIN),
)
MAY = {
    Role.VIEWER: "sees everything but members, tokens and the audit",
    Role.OPERATOR: "also starts, cancels, pauses and replays, takes incidents on, and tries channels",
    Role.REVIEWER: "also says what pictures are, and makes them the approved ones",
    Role.ADMIN: "also changes definitions, members and tokens, and sees the audit",
}


def settings(shell: Shell) -> Iterator[BaseRoute]:
    """`/settings` and the rooms behind it."""
    router = APIRouter()

    def room(seen: Seen, template: str, **context: Any) -> HTMLResponse:
        rooms = [(at, name) for at, name, needs in ROOMS if needs is None or seen.may(needs)]
        return shell.page(seen, f"settings_{template}.html.j2", rooms_of_settings=rooms, **context)

    @router.get("/settings", response_class=HTMLResponse)
    @is_for(KNOWN)
    def you(request: Request, said: Annotated[str, Query(max_length=20)] = "") -> HTMLResponse:
        seen = shell.see(request)
        me = who_asks(seen.house, seen.caller)
        sign_ins = list_sign_ins(seen.house, seen.caller, is_own=True) if me.login else []
        return room(
            seen,
            "you",
            said=said,
            me=me,
            person=_person(seen, me.login),
            sign_ins=sign_ins,
            tokens=list_own_tokens(seen.house, seen.caller),
            themes=THEMES,
        )

    @router.get("/settings/members", response_class=HTMLResponse)
    @is_for(permitted(ADMIN))
    def members(
        request: Request, changed: Annotated[str, Query(alias="set", max_length=64)] = ""
    ) -> HTMLResponse:
        seen = shell.see(request)
        found = list_members(seen.house)
        known = {one.login for one in found}
        return room(seen, "members", members=found, roles=MAY, changed=changed if changed in known else "")

    @router.get("/settings/tokens", response_class=HTMLResponse)
    @is_for(permitted(ADMIN))
    def tokens(request: Request) -> HTMLResponse:
        seen = shell.see(request)
        return room(
            seen,
            "tokens",
            tokens=list_tokens(seen.house),
            members=list_members(seen.house),
            lives=LIVES,
            scopes=sorted(ROLES[Role.ADMIN] & seen.caller.rights),
        )

    @router.get("/settings/channels", response_class=HTMLResponse)
    @is_for(permitted(READS))
    def channels(request: Request, tried: Annotated[str, Query(max_length=100)] = "") -> HTMLResponse:
        seen = shell.see(request)
        found = list_channels(seen.house, partial(where_of, seen.house))
        known = {one.name for one in found}
        return room(seen, "channels", channels=found, tried=tried if tried in known else "")

    @router.get("/settings/sources", response_class=HTMLResponse)
    @is_for(permitted(READS))
    def sources(request: Request) -> HTMLResponse:
        seen = shell.see(request)
        base = organization(seen.house).public_url or str(request.base_url).rstrip("/")
        return room(seen, "sources", sources=list_sources(seen.house), base=base)

    @router.get("/settings/limits", response_class=HTMLResponse)
    @is_for(permitted(READS))
    def limits(request: Request) -> HTMLResponse:
        seen = shell.see(request)
        pauses = list_pauses(seen.house)
        return room(
            seen,
            "limits",
            budgets=list_budgets(seen.house),
            limits=organization(seen.house).limits,
            pauses=pauses,
            is_all_paused=any(_is_of_all(one) for one in pauses),
            definitions=applied_definitions(seen.house),
        )

    @router.get("/settings/audit", response_class=HTMLResponse)
    @is_for(permitted(ADMIN))
    def audit(request: Request, cursor: Annotated[str | None, Query(max_length=500)] = None) -> HTMLResponse:
        seen = shell.see(request)
        return room(seen, "audit", found=list_audit(seen.house, cursor=cursor), is_first=cursor is None)

    yield from router.routes
    yield from own_password(shell)
    yield from own_looks(shell)
    yield from member_password(shell)
    yield from setting_verbs(shell)
    yield from pause_verbs(shell)


def _person(seen: Seen, login: str | None) -> Person | None:
    """What organization.yaml says of them; None: nothing."""
    return next((one for one in organization(seen.house).people if one.login == login), None)


def _is_of_all(pause: Pause) -> bool:
    return pause.definition_id is None
