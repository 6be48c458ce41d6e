"""What is done in the settings: members, tokens and browsers come and go, and channels are tried."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta

from starlette.routing import BaseRoute

from inspect_pipelines.domain.access import RANDOM_BYTES, Permission, Role
from inspect_pipelines.errors import UsageError
from inspect_pipelines.queries.access import list_members, list_tokens
from inspect_pipelines.queries.channels import find_channel
from inspect_pipelines.usecases.access.change_members import add_member, remove_member
from inspect_pipelines.usecases.access.create_token import Created, create_token
from inspect_pipelines.usecases.access.own_tokens import create_own_token, revoke_own_token
from inspect_pipelines.usecases.access.revoke_token import revoke_token
from inspect_pipelines.usecases.access.sign_out import end_sign_in
from inspect_pipelines.usecases.alerts.try_channel import try_channel
from inspect_pipelines.web.access.declaration import KNOWN, permitted
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.forms import Fields, Shown, form
from inspect_pipelines.web.console.shell import Seen, Shell

USUAL_LIFE = timedelta(days=90)  # of a token of one's own
LIVES = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "a year"}  # of a token, by its days


def setting_verbs(shell: Shell) -> Iterator[BaseRoute]:
    """The routes."""
    may = permitted(Permission.ACCESS_ADMIN)

    def create(seen: Seen, fields: Fields) -> Shown:
        days, wanted = fields.one("days"), fields.many("scope")
        if days not in LIVES:
            raise UsageError(f"a token lives for {', '.join(LIVES)} days, not {days[:20]!r}")
        created = create_token(
            seen.house,
            fields.one("login"),
            name=fields.one("name").strip(),
            scopes=[_permission(one) for one in wanted] or None,
            expires_at=seen.house.clock.now() + timedelta(days=int(days)),
            random=secrets.token_bytes(RANDOM_BYTES),
            by=seen.caller.actor,
            is_personal=fields.one("personal") == "yes",
            creator=seen.caller,
        )
        return shown(seen, created, "/settings/tokens")

    def create_own(seen: Seen, fields: Fields) -> Shown:
        now = seen.house.clock.now()
        created = create_own_token(
            seen.house,
            seen.caller,
            name=fields.one("name").strip(),
            scopes=None,
            expires_at=None,
            usually_until=now + USUAL_LIFE,
            random=secrets.token_bytes(RANDOM_BYTES),
        )
        return shown(seen, created, "/settings")

    def shown(seen: Seen, created: Created, afterwards: str) -> Shown:
        page = shell.page(
            seen, "token.html.j2", token=created.token, text=created.text, afterwards=afterwards
        )
        page.headers["Cache-Control"] = "no-store"
        return Shown(page, seen.link(afterwards))

    yield form(shell, "/settings/members", may, "member.save", _save_member, subject="members")
    yield form(shell, "/settings/members/{login}/remove", may, "member.remove", _remove_member)
    yield form(shell, "/settings/tokens", may, "token.create", create, subject="tokens")
    yield form(shell, "/settings/tokens/{token_id}/revoke", may, "token.revoke", _revoke)
    tests = permitted(Permission.CHANNELS_TEST)
    yield form(shell, "/settings/channels/{channel_name}/test", tests, "channel.test", _try)
    yield form(shell, "/settings/own-tokens", KNOWN, "token.create", create_own, subject="tokens")
    yield form(shell, "/settings/own-tokens/{token_id}/revoke", KNOWN, "token.revoke", _revoke_own)
    yield form(shell, "/settings/sign-ins/{sign_in_id}/end", KNOWN, "sign_in.end", _end)


def _save_member(seen: Seen, fields: Fields) -> str:
    role = fields.one("role")
    if role not in {one.value for one in Role}:
        raise UsageError(f"{role[:40]!r} is no role; choose of: {', '.join(one.value for one in Role)}")
    add_member(seen.house, fields.one("login").strip(), Role(role), by=seen.caller.actor)
    return seen.link("/settings/members")


def _remove_member(seen: Seen, fields: Fields) -> str:
    login = seen.request.path_params["login"]
    present(next((one for one in list_members(seen.house) if one.login == login), None), "member", login)
    remove_member(seen.house, login, by=seen.caller.actor)
    return seen.link("/settings/members")


def _revoke(seen: Seen, fields: Fields) -> str:
    name = seen.request.path_params["token_id"]
    present(next((one for one in list_tokens(seen.house) if one.id == name), None), "token", name)
    revoke_token(seen.house, name, by=seen.caller.actor)
    return seen.link("/settings/tokens")


def _revoke_own(seen: Seen, fields: Fields) -> str:
    revoke_own_token(seen.house, seen.caller, seen.request.path_params["token_id"])
    return seen.link("/settings")


def _try(seen: Seen, fields: Fields) -> str:
    config = find_channel(seen.house, seen.request.path_params["channel_name"])
    try_channel(
        seen.house,
        seen.house.publication.channels(seen.house.org_id).channels,
        config,
        seen.house.publication.read(seen.house.org_id).definitions,
        to=fields.one("to").strip() or None,
        by=seen.caller.actor.removeprefix("user:"),
    )
    return seen.link("/settings/channels", tried=config.name)


def _end(seen: Seen, fields: Fields) -> str:
    end_sign_in(seen.house, seen.caller, seen.request.path_params["sign_in_id"], is_own=True)
    return seen.link("/settings")


def _permission(text: str) -> Permission:
    try:
        return Permission(text)
    except ValueError:
        raise UsageError(f"{text[:40]!r} is no permission; docs/permissions.md has them all") from None
