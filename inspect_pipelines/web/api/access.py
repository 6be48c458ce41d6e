"""`/members`, `/tokens`, `/audit` and `/operations`: who may do what, and who did."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import Path
from pydantic import Field
from starlette.responses import Response

from inspect_pipelines.domain.access import RANDOM_BYTES, Member, Permission, Role
from inspect_pipelines.domain.audit import AuditEntry
from inspect_pipelines.domain.kept_answer import KEY
from inspect_pipelines.queries.access import (
    CreatedToken,
    TokenSummary,
    list_members,
    list_own_tokens,
    list_tokens,
    token_summary,
)
from inspect_pipelines.queries.audit import list_audit
from inspect_pipelines.queries.operations import Operation, operation_of
from inspect_pipelines.usecases.access.change_members import add_member, invite, remove_member
from inspect_pipelines.usecases.access.create_token import USUAL_LIFE, create_token
from inspect_pipelines.usecases.access.own_tokens import create_own_token, revoke_own_token
from inspect_pipelines.usecases.access.revoke_token import revoke_token
from inspect_pipelines.web.access.declaration import KNOWN, permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.moment import Moment
from inspect_pipelines.web.api.route import USUAL, Answer, AskedBy, AskedOnce, Cursor, Limit, Routes
from inspect_pipelines.web.api.wishes import Wish


class MemberWish(Wish):
    login: str = Field(min_length=1, max_length=64, examples=["grace"])
    role: Role
    email: str | None = Field(
        default=None,
        max_length=300,
        description="Whoever the identity provider sends with this verified address comes in as this member.",
        examples=["grace@acme.example"],
    )


class TokenWish(Wish):
    login: str = Field(
        min_length=1, max_length=64, description="The member that it speaks for.", examples=["grace"]
    )
    name: str = Field(min_length=1, max_length=100, description="What it is for.", examples=["deploy script"])
    scopes: list[Permission] | None = Field(
        default=None, min_length=1, description="At most these; none: all that the member's role has."
    )
    is_personal: bool = Field(
        default=False,
        description="It is the member themselves, who alone create it, signed in; else a machine's, which finalises nothing.",
    )
    expires_at: Moment | None = Field(
        default=None, description="Within a year; without one it opens nothing after 90 days."
    )


class OwnTokenWish(Wish):
    name: str = Field(min_length=1, max_length=100, description="What it is for.", examples=["my laptop"])
    scopes: list[Permission] | None = Field(
        default=None, min_length=1, description="At most these; none: all that you may, but administer."
    )
    expires_at: Moment | None = Field(
        default=None, description="Within a year; without one it opens nothing after 90 days."
    )


def access(gate: Gate) -> Routes:
    routes = Routes(gate, "access")
    may = permitted(Permission.ACCESS_ADMIN)

    @routes.get("/members", may, Answer(Member, is_list=True))
    def members(asked: AskedBy) -> Response:
        """Who belongs to the organisation, by login."""
        return asked.list(list_members(asked.house))

    @routes.post("/members", may, Answer(Member), Deed("member.save", "members"))
    def save(asked: AskedOnce, wish: MemberWish) -> Response:
        """Make somebody a member, or give one another role; the last administrator stays one."""
        add_member(asked.house, wish.login, wish.role, by=asked.caller.actor)
        if wish.email is not None:
            invite(asked.house, wish.login, wish.email, by=asked.caller.actor)
        (member,) = [one for one in list_members(asked.house) if one.login == wish.login]
        return asked.answer(member)

    @routes.post("/members/{login}/remove", may, Answer(Member), Deed("member.remove", "login"))
    def remove(asked: AskedOnce, login: str) -> Response:
        """Let a member go: none of their tokens opens anything from now on."""
        present(next((one for one in list_members(asked.house) if one.login == login), None), "member", login)
        return asked.answer(remove_member(asked.house, login, by=asked.caller.actor))

    @routes.get("/tokens", may, Answer(TokenSummary, is_list=True))
    def tokens(asked: AskedBy) -> Response:
        """Every token, newest first, those that open nothing any more included; never what they read."""
        return asked.list(list_tokens(asked.house))

    # the answer holds a secret that is stored nowhere, so it is kept under no key either
    @routes.post("/tokens", may, Answer(CreatedToken), Deed("token.create", is_kept=False))
    def create(asked: AskedBy, wish: TokenWish) -> Response:
        """Create a token for a member; what it reads is in this answer, and nowhere else."""
        house, caller = asked.house, asked.caller
        now = house.clock.now()
        created = create_token(
            house,
            wish.login,
            name=wish.name,
            scopes=wish.scopes,
            expires_at=wish.expires_at or now + USUAL_LIFE,
            random=secrets.token_bytes(RANDOM_BYTES),
            by=caller.actor,
            is_personal=wish.is_personal,
            creator=caller,
        )
        return asked.answer(CreatedToken(token_summary(created.token, now), created.text))

    @routes.get("/me/tokens", KNOWN, Answer(TokenSummary, is_list=True))
    def own_tokens(asked: AskedBy) -> Response:
        """Those that speak for you, newest first, whatever your role; a machine sees the one that it shows."""
        return asked.list(list_own_tokens(asked.house, asked.caller))

    @routes.post("/me/tokens", KNOWN, Answer(CreatedToken), Deed("token.create", is_kept=False))
    def create_own(asked: AskedBy, wish: OwnTokenWish) -> Response:
        """Create a personal token of your own; what it reads is in this answer, and nowhere else.

        It may what you may and it is given, but administer. One that is created by a token ends no later than that.
        """
        house, now = asked.house, asked.house.clock.now()
        created = create_own_token(
            house,
            asked.caller,
            name=wish.name,
            scopes=wish.scopes,
            expires_at=wish.expires_at,
            usually_until=now + USUAL_LIFE,
            random=secrets.token_bytes(RANDOM_BYTES),
        )
        return asked.answer(CreatedToken(token_summary(created.token, now), created.text))

    @routes.post(
        "/me/tokens/{token_id}/revoke", KNOWN, Answer(TokenSummary), Deed("token.revoke", "token_id")
    )
    def revoke_own(asked: AskedOnce, token_id: str) -> Response:
        """Take a token that speaks for you back at once."""
        revoke_own_token(asked.house, asked.caller, token_id)
        (revoked,) = [one for one in list_own_tokens(asked.house, asked.caller) if one.id == token_id]
        return asked.answer(revoked)

    @routes.post("/tokens/{token_id}/revoke", may, Answer(TokenSummary), Deed("token.revoke", "token_id"))
    def revoke(asked: AskedOnce, token_id: str) -> Response:
        """Take a token back at once."""
        present(
            next((one for one in list_tokens(asked.house) if one.id == token_id), None), "token", token_id
        )
        revoke_token(asked.house, token_id, by=asked.caller.actor)
        (revoked,) = [one for one in list_tokens(asked.house) if one.id == token_id]
        return asked.answer(revoked)

    @routes.get("/audit", may, Answer(AuditEntry, is_page=True))
    def audit(asked: AskedBy, limit: Limit = USUAL, cursor: Cursor = None) -> Response:
        """Who did what to what, newest first by seq."""
        return asked.page(list_audit(asked.house, cursor=cursor, limit=limit))

    @routes.get("/operations/{operation_id}", KNOWN, Answer(Operation))
    def operation(
        asked: AskedBy,
        operation_id: Annotated[
            str, Path(description="The `Idempotency-Key` that you sent.", pattern=f"^{KEY.pattern}$")
        ],
    ) -> Response:
        """What became of a request of yours within 24 hours, whose answer you may have missed."""
        found = operation_of(asked.house, asked.caller, operation_id)
        return asked.answer(present(found, "operation", operation_id))

    return routes
