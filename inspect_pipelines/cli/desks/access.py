"""Members, tokens and links, as commands ask for them: here by use cases and queries, there by the API."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from inspect_pipelines.cli.choice import local_caller
from inspect_pipelines.domain.access import RANDOM_BYTES, Member, Permission, Role
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.signed_link import KEY_BYTES
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.access import (
    CreatedToken,
    TokenSummary,
    find_member,
    find_token,
    list_members,
    list_tokens,
    token_summary,
)
from inspect_pipelines.usecases.access.change_members import add_member, invite, remove_member
from inspect_pipelines.usecases.access.create_token import USUAL_LIFE, create_token
from inspect_pipelines.usecases.access.open_link import revoke_links
from inspect_pipelines.usecases.access.revoke_token import revoke_token
from inspect_pipelines.usecases.access.sign_out import sign_out_everywhere
from resources.clock import SystemClock

if TYPE_CHECKING:
    from inspect_pipelines.client.client import Client


@dataclass(frozen=True, slots=True)
class Added:
    member: Member
    before: Member | None  # None: they were none


class AccessDesk(Protocol):
    def now(self) -> datetime:
        """The time, UTC."""

    def members(self) -> Sequence[Member]:
        """By login."""

    def add(self, login: str, role: Role, email: str | None) -> Added:
        """Make somebody a member, or give one another role; invite the address."""

    def remove(self, login: str) -> Member:
        """Let one go."""

    def sign_out(self, login: str) -> int:
        """End the sign-ins of one; how many there were."""

    def tokens(self) -> Sequence[TokenSummary]:
        """Those that whoever asks may see, newest first."""

    def create(
        self,
        login: str,
        *,
        name: str,
        scopes: Sequence[Permission] | None,
        expires_at: datetime | None,
        is_personal: bool,
    ) -> CreatedToken:
        """A token that speaks for a member; without an end the usual one."""

    def revoke(self, text: str) -> TokenSummary:
        """Take back the one that is meant."""

    def revoke_links(self) -> None:
        """Take back every signed link that was sent."""

    def org_id(self) -> OrgId:
        """Whose all that is."""


class AccessHere(AccessDesk):
    """Of a house."""

    def __init__(self, house: House) -> None:
        self._house, self._caller = house, local_caller()
        self._by = self._caller.actor

    def now(self) -> datetime:
        return self._house.clock.now()

    def members(self) -> Sequence[Member]:
        return list_members(self._house)

    def add(self, login: str, role: Role, email: str | None) -> Added:
        before = add_member(self._house, login, role, by=self._by)
        if email is not None:
            invite(self._house, login, email, by=self._by)
        (member,) = [one for one in self.members() if one.login == login]
        return Added(member, before)

    def remove(self, login: str) -> Member:
        return remove_member(self._house, login, by=self._by)

    def sign_out(self, login: str) -> int:
        return sign_out_everywhere(self._house, login, by=self._by)

    def tokens(self) -> Sequence[TokenSummary]:
        return list_tokens(self._house)

    def create(
        self,
        login: str,
        *,
        name: str,
        scopes: Sequence[Permission] | None,
        expires_at: datetime | None,
        is_personal: bool,
    ) -> CreatedToken:
        made = create_token(
            self._house,
            login,
            name=name,
            scopes=scopes,
            expires_at=expires_at or self.now() + USUAL_LIFE,
            random=secrets.token_bytes(RANDOM_BYTES),
            by=self._by,
            is_personal=is_personal,
            creator=self._caller,
        )
        return CreatedToken(token_summary(made.token, self.now()), made.text)

    def revoke(self, text: str) -> TokenSummary:
        revoked = revoke_token(self._house, text, by=self._by)
        return token_summary(revoked, self.now())

    def revoke_links(self) -> None:
        revoke_links(self._house, random=secrets.token_bytes(KEY_BYTES), by=self._by)

    def org_id(self) -> OrgId:
        return self._house.org_id


class AccessThere(AccessDesk):
    """Of a server. Whoever does not administer access sees and changes their own tokens."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def now(self) -> datetime:
        return SystemClock().now()

    def members(self) -> Sequence[Member]:
        return self._client.access.members()

    def add(self, login: str, role: Role, email: str | None) -> Added:
        before = next((one for one in self.members() if one.login == login), None)
        return Added(self._client.access.save(login=login, role=role, email=email), before)

    def remove(self, login: str) -> Member:
        return self._client.access.remove(find_member(self.members(), login).login)

    def sign_out(self, login: str) -> int:
        return self._client.auth.sign_out_all(find_member(self.members(), login).login).ended_sign_ins

    def tokens(self) -> Sequence[TokenSummary]:
        return self._client.access.tokens() if self._administers() else self._client.access.own_tokens()

    def create(
        self,
        login: str,
        *,
        name: str,
        scopes: Sequence[Permission] | None,
        expires_at: datetime | None,
        is_personal: bool,
    ) -> CreatedToken:
        if is_personal and login == self._client.auth.me().login:
            return self._client.access.create_own(name=name, scopes=scopes, expires_at=expires_at)
        return self._client.access.create(
            login=login, name=name, scopes=scopes, expires_at=expires_at, is_personal=is_personal
        )

    def revoke(self, text: str) -> TokenSummary:
        found = find_token(self.tokens(), text)
        if self._administers():
            return self._client.access.revoke(found.id)
        return self._client.access.revoke_own(found.id)

    def revoke_links(self) -> None:
        self._client.organization.revoke_all()

    def org_id(self) -> OrgId:
        found = self._client.auth.me().organization or next((one.org_id for one in self.members()), None)
        if found is None:
            raise NotFound(
                "the server says of no organisation that it is yours; show a token with --token-file"
            )
        return found

    def _administers(self) -> bool:
        return Permission.ACCESS_ADMIN in self._client.auth.me().rights
