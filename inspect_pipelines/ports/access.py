"""What the ledger keeps of who may do what: the members of an organisation, and the tokens that speak for them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.access import AccessToken, Member
from inspect_pipelines.domain.audit import AuditEntry
from inspect_pipelines.domain.kept_answer import KeptAnswer


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
    def add_proven(self, token: AccessToken) -> bool:
        """Of a workflow, for a proof; False: that proof has one already. Those that ended a day before it are dropped."""

    def all(self) -> list[AccessToken]:
        """Newest first."""

    def revoke(self, token_id: str, *, by: str, at: datetime) -> bool:
        """It opens nothing any more; False: there is none of that id that did."""

    def used(self, token_id: str, *, at: datetime) -> None:
        """Note that it was used then; not in the audit."""


class KeptAnswers(Protocol):
    """What was answered to requests that somebody may send again, by who asked and the key that they gave."""

    def begin(self, kept: KeptAnswer, *, forgotten_before: datetime) -> KeptAnswer | None:
        """Keep a request that begins; the one with that key from that asker, when there is one that is not too old."""

    def find(self, asker: str, key: str) -> KeptAnswer | None:
        """What is kept of a request, answered or not."""

    def finish(self, kept: KeptAnswer) -> None:
        """Keep what was answered."""

    def drop(self, asker: str, key: str) -> None:
        """Forget it, so that it may be tried again."""


class Audit(Protocol):
    def append(self, action: str, subject: str, *, by: str, at: datetime, detail: str = "") -> None:
        """Keep who did what to what."""

    def entries(self, *, before: int | None = None, limit: int = 50) -> list[AuditEntry]:
        """Newest first.

        Args:
            before: Only what stands behind this seq in the list.
            limit: The most.
        """
