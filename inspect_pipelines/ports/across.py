"""What works across the organisations of a home, few and named; whatever it finds is acted on in its organisation's house."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.access import AccessToken
from inspect_pipelines.domain.ids import BaselineId, OrgId, RunId, Sha256
from inspect_pipelines.domain.sign_in import SignIn
from inspect_pipelines.ports.leases import Fence, Leases
from inspect_pipelines.ports.ledger import Ledger
from inspect_pipelines.ports.presences import Presences

AGAIN = "run_again"  # the kind of a run's fact that the history may hold already


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the numbers of a journal's rows mean."""

    epoch: str  # of the ledger; another one, made anew, has another
    pruned: int  # rows up to this number may be gone
    head: int


class AcrossJournal(Protocol):
    """The facts of all organisations on their way to the history, which one projector moves on."""

    def after(self, seq: int, limit: int = 1000) -> list[tuple[int, str, str]]:
        """(seq, kind, JSON text), in order."""

    def head(self) -> int:
        """The newest number that was given, also when its row is gone; 0: none was."""

    def numbers(self) -> Numbers: ...
    def mark(self, seq: int) -> str | None:
        """What tells this row from another one of its number; None: there is no such row."""

    def prune(self, *, before: datetime, up_to_seq: int) -> int:
        """Drop rows older than this and not after that seq; returns how many."""

    def renumber(self, *, behind: int) -> None:
        """Number all rows anew, in their order and behind that number, as facts that the history may hold already."""


class AcrossPictures(Protocol):
    """The gallery stores equal bytes once, for all organisations; nobody may prune what another one refers to."""

    def referenced(
        self,
        *,
        but_runs: Collection[tuple[OrgId, RunId]] = (),
        but_baselines: Collection[tuple[OrgId, BaselineId]] = (),
    ) -> set[Sha256]:
        """Every image that a baseline, a kept session or a comparison refers to, overlays included; but for what these do."""


class AcrossAccess(Protocol):
    """Neither a token nor a browser's sign-in names an organisation, so it is looked for in all of them."""

    def token(self, sha256: str) -> AccessToken | None:
        """The token with that hash, in whatever state it is."""

    def sign_in(self, sha256: str) -> SignIn | None:
        """The sign-in with that hash, in whatever state it is."""

    def has_administrator(self) -> bool:
        """Whether some organisation has a member with the role `admin`."""


class AcrossSession(Protocol):
    """One transaction over what is asked of all organisations at once."""

    @property
    def journal(self) -> AcrossJournal: ...
    @property
    def pictures(self) -> AcrossPictures: ...
    @property
    def access(self) -> AcrossAccess: ...
    @property
    def fence(self) -> Fence: ...
    def organizations(self) -> list[OrgId]:
        """Every one that has rows, applied or not."""


class Ledgers(Protocol):
    """The ledgers of all organisations of a home, over shared connections."""

    @property
    def leases(self) -> Leases: ...
    @property
    def presences(self) -> Presences: ...
    @property
    def is_shared(self) -> bool:
        """Whether other machines may work on them, too: then flock says nothing of who does what."""

    def of(self, org_id: OrgId) -> Ledger:
        """One organisation's; cheap, and it need not have been applied yet."""

    def write(self) -> AbstractContextManager[AcrossSession]:
        """As `Ledger.write`."""

    def read(self) -> AbstractContextManager[AcrossSession]:
        """As `Ledger.read`."""

    def described(self) -> str:
        """Their database, for whoever looks after it: product, version, how much of it is used, what holds."""

    def connections(self) -> tuple[int, int] | None:
        """How many their server has, of all its databases, and lets in; None: there is no server."""

    def revisions(self) -> tuple[str | None, str]:
        """The schema that is there, None: none yet; and the newest that this code knows. Changes nothing."""

    def migrate(self) -> None:
        """Bring the schema up to date; safe from several processes at once."""

    def close(self) -> None: ...
