"""What the ledger keeps of who may do what: the members of an organisation, and the tokens that speak for them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.access import AccessToken, Member


class Members(Protocol):
    """The people of an organisation; each change is in the audit."""

    def find(self, login: str) -> Member | None: ...
    def all(self) -> list[Member]:
        """By login."""

    def save(self, member: Member) -> None:
        """Create, or replace the one of that login."""

    def remove(self, login: str, *, by: str, at: datetime) -> bool:
        """From now on they are nobody here, and neither are their tokens; False: they were none."""


class Tokens(Protocol):
    """An organisation's, revoked and expired ones included; each change is in the audit."""

    def add(self, token: AccessToken) -> None: ...
    def all(self) -> list[AccessToken]:
        """Newest first."""

    def revoke(self, token_id: str, *, by: str, at: datetime) -> bool:
        """It opens nothing any more; False: there is none of that id that did."""

    def used(self, token_id: str, *, at: datetime) -> None:
        """Note that it was used then; not in the audit."""
