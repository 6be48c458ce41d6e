"""What the API can do with access. Written by `python docs/client.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.client.pages import Pages
from inspect_pipelines.domain.access import Member, Permission, Role
from inspect_pipelines.domain.audit import AuditEntry
from inspect_pipelines.queries.access import CreatedToken, TokenSummary
from inspect_pipelines.queries.operations import Operation


class Access(Noun):
    """`client.access`."""

    def members(self) -> tuple[Member, ...]:
        """Who belongs to the organisation, by login."""
        return self._many(Member, "GET", "/members")

    def save(self, *, login: str, role: Role, email: str | None = None, key: str | None = None) -> Member:
        """Make somebody a member, or give one another role; the last administrator stays one."""
        return self._one(
            Member,
            "POST",
            "/members",
            body={"login": login, "role": role, "email": email},
            headers={"Idempotency-Key": key},
        )

    def remove(self, login: str, *, key: str | None = None) -> Member:
        """Let a member go: none of their tokens opens anything from now on."""
        return self._one(
            Member, "POST", below("/members/{login}/remove", login=login), headers={"Idempotency-Key": key}
        )

    def tokens(self) -> tuple[TokenSummary, ...]:
        """Every token, newest first, those that open nothing any more included; never what they read."""
        return self._many(TokenSummary, "GET", "/tokens")

    def create(
        self,
        *,
        login: str,
        name: str,
        scopes: Sequence[Permission] | None = None,
        is_personal: bool = False,
        expires_at: datetime | None = None,
    ) -> CreatedToken:
        """Create a token for a member; what it reads is in this answer, and nowhere else."""
        return self._one(
            CreatedToken,
            "POST",
            "/tokens",
            body={
                "login": login,
                "name": name,
                "scopes": scopes,
                "is_personal": is_personal,
                "expires_at": expires_at,
            },
        )

    def own_tokens(self) -> tuple[TokenSummary, ...]:
        """Those that speak for you, newest first, whatever your role; a machine sees the one that it shows."""
        return self._many(TokenSummary, "GET", "/me/tokens")

    def create_own(
        self, *, name: str, scopes: Sequence[Permission] | None = None, expires_at: datetime | None = None
    ) -> CreatedToken:
        """Create a personal token of your own; what it reads is in this answer, and nowhere else.

        It may what you may and it is given, but administer. One that is created by a token ends no later than that.
        """
        return self._one(
            CreatedToken,
            "POST",
            "/me/tokens",
            body={"name": name, "scopes": scopes, "expires_at": expires_at},
        )

    def revoke_own(self, token_id: str, *, key: str | None = None) -> TokenSummary:
        """Take a token that speaks for you back at once."""
        return self._one(
            TokenSummary,
            "POST",
            below("/me/tokens/{token_id}/revoke", token_id=token_id),
            headers={"Idempotency-Key": key},
        )

    def revoke(self, token_id: str, *, key: str | None = None) -> TokenSummary:
        """Take a token back at once."""
        return self._one(
            TokenSummary,
            "POST",
            below("/tokens/{token_id}/revoke", token_id=token_id),
            headers={"Idempotency-Key": key},
        )

    def audit(self, *, page_size: int = 50, cursor: str | None = None) -> Pages[AuditEntry]:
        """Who did what to what, newest first by seq."""
        return self._pages(AuditEntry, "/audit", {}, page_size=page_size, cursor=cursor)

    def operation(self, operation_id: str) -> Operation:
        """What became of a request of yours within 24 hours, whose answer you may have missed."""
        return self._one(Operation, "GET", below("/operations/{operation_id}", operation_id=operation_id))
