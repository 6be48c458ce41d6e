"""The House of one organisation: one of each port."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from inspect_pipelines.domain.channel import Kinds
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.way import ITSELF
from inspect_pipelines.ports.across import Ledgers
from inspect_pipelines.ports.agents import Agents
from inspect_pipelines.ports.channel import Channel
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.engine import Workers
from inspect_pipelines.ports.evidence_files import EvidenceFiles
from inspect_pipelines.ports.gallery import Gallery
from inspect_pipelines.ports.hasher import Hasher
from inspect_pipelines.ports.history import History
from inspect_pipelines.ports.identities import Identities
from inspect_pipelines.ports.inbox import Inbox
from inspect_pipelines.ports.ledger import Ledger
from inspect_pipelines.ports.live_frames import LiveFrames
from inspect_pipelines.ports.logins import Logins
from inspect_pipelines.ports.publication import Publication
from inspect_pipelines.ports.reports import Reports
from inspect_pipelines.ports.seal import Seal
from inspect_pipelines.ports.sessions import Sessions
from inspect_pipelines.ports.workflows import Workflows


@dataclass(frozen=True, slots=True)
class House:
    """One of each; built by wiring.py, lazy: holding one opens nothing."""

    home: str  # where it is, for people and sentences; whoever reads or writes goes through a port
    org_id: OrgId
    clock: Clock
    publication: Publication
    ledger: Ledger  # of this organisation
    ledgers: Ledgers  # of all that have rows in this home
    inbox: Inbox
    history: History
    gallery: Gallery
    evidence_files: EvidenceFiles
    sessions: Sessions
    agents: Agents  # elsewhere; their playing is among the sessions
    live_frames: LiveFrames
    workers: Workers
    logins: Logins  # of all organisations; who asks says which
    reports: Reports
    seal: Seal  # of what leaves the home, signed
    hasher: Hasher  # of passwords
    identities: Identities  # of people, as their provider tells
    workflows: Workflows  # of CI, that prove which one they are
    channels: Sequence[tuple[str, Channel]]  # (target kind or `*`, channel), first match sends
    kinds: Kinds  # of channels
    keeps_history: bool = (
        True  # whether a run that ends here brings the history up to date where nobody else does
    )
    via: str = ITSELF  # by what way whoever asks came

    def by_way_of(self, via: str) -> House:
        """The same, for whoever came by this way."""
        return replace(self, via=via, ledger=self.ledger.by_way_of(via))

    def of_run(self) -> House:
        """The same for a run, which executes as the organisation's service account."""
        return replace(self, ledger=self.ledger.of_run())
