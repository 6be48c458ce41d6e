"""What the ledger keeps of who may do what: members, how they sign in, and the tokens that speak for them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.access import AccessToken, Member
from inspect_pipelines.domain.audit import AuditEntry
from inspect_pipelines.domain.identity import Identity
from inspect_pipelines.domain.kept_answer import KeptAnswer
from inspect_pipelines.domain.sign_in import SignIn


class Members(Protocol):
    """The people of an organisation; each change is in the audit."""

    def find(self, login: str) -> Member | None: ...
    def all(self) -> list[Member]:
        """By login."""

    def save(self, member: Member) -> None:
        """Create, or replace the one of that login."""

    def remove(self, login: str, *, by: str, at: datetime) -> bool:
        """From now on they are nobody here; what spoke for them is ended by whoever removes them. False: they were none."""


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

    def ending(self, *, after: datetime, until: datetime) -> list[AccessToken]:
        """Of members, that nobody revoked, and that end after the one time and until the other; the first to end first."""

    def revoke_of(self, login: str, *, by: str, at: datetime) -> int:
        """All of a member's; returns how many opened something until now."""


class Passwords(Protocol):
    """The hashes of an organisation's members' passwords; each change is in the audit, which holds no hash."""

    def find(self, login: str) -> str | None: ...
    def save(self, login: str, hashed: str, *, by: str, at: datetime) -> None:
        """Set, or replace."""

    def renew(self, login: str, hashed: str) -> None:
        """The same password hashed anew; not in the audit."""

    def remove(self, login: str, *, by: str, at: datetime) -> bool:
        """They cannot sign in with one any more; False: they could not before."""


class SignIns(Protocol):
    """The browsers in which an organisation's members are signed in; each begin and end is in the audit."""

    def add(self, one: SignIn) -> None:
        """Keep it; those that are over for longer than `KEPT_FOR` are dropped."""

    def all(self, login: str | None = None) -> list[SignIn]:
        """Newest first, those that are over included.

        Args:
            login: Of this member only.
        """

    def end(self, sign_in_id: str, *, by: str, at: datetime) -> bool:
        """It opens nothing any more; False: there is none of that id that did."""

    def end_of(self, login: str, *, by: str, at: datetime, but: str | None = None) -> int:
        """All of a member's but this one; returns how many."""

    def seen(self, sign_in_id: str, *, at: datetime) -> None:
        """Note that it was used then; not in the audit."""


class Identities(Protocol):
    """Which member an identity provider's person is, by its own number of them."""

    def login(self, who: Identity) -> str | None:
        """Of whom they are known as; None: nobody yet, and then whoever was invited under their verified address."""

    def bind(self, who: Identity, login: str, *, at: datetime) -> None:
        """They are known as this member from now on."""

    def invite(self, email: str, login: str, *, by: str, at: datetime) -> None:
        """Whoever comes first with this verified address is that member; once."""

    def remove_of(self, login: str) -> int:
        """A member's, invitations included; returns how many."""


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

    def last(self, action: str) -> AuditEntry | None:
        """The newest one of that deed; None: it was never done."""

    def entries(self, *, before: int | None = None, limit: int = 50) -> list[AuditEntry]:
        """Newest first.

        Args:
            before: Only what stands behind this seq in the list.
            limit: The most.
        """
