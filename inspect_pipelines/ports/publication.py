"""What `apply` hands to the processes that run: one publication an organisation."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import AbstractContextManager
from typing import Protocol

from inspect_pipelines.domain.compiled import Channels, Compiled
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Limits


class Publication(Protocol):
    """Read by Dagster's processes without any database; a reader sees the old one or the new one, nothing between."""

    def alone(self) -> AbstractContextManager[None]:
        """Waits until nobody else applies anything in this home, or in one that shares its ledger; whoever dies meanwhile is not waited for.

        Raises:
            Unavailable: The disk is full, or it cannot be written.
        """

    def refresh(self) -> bool:
        """Take over what was published on another machine, if they share a ledger; whether anything was.

        Raises:
            Unreadable: A newer inspect-pipelines wrote it; what was there stays.
            Unavailable: The ledger does not answer, or it cannot be written here.
        """

    def publish(self, compiled: Compiled) -> None:
        """Replace the organisation's, durably.

        Raises:
            Unavailable: The disk is full, or it cannot be written.
        """

    def organizations(self) -> tuple[OrgId, ...]:
        """Those that have one, in the order of their ids; what of them cannot be read, `all` tells."""

    def read(self, org_id: OrgId) -> Compiled:
        """The organisation's; without definitions when it has none.

        Raises:
            Unreadable: It is damaged, or another version of inspect-pipelines wrote it.
        """

    def all(self) -> tuple[Compiled, ...]:
        """Every organisation's, in the order of their ids.

        Raises:
            Unreadable: One of them is damaged, or another version of inspect-pipelines wrote it.
        """

    def limits(self) -> tuple[tuple[Naming, Limits], ...]:
        """How many runs of each organisation may be in progress at once; the default where that cannot be read."""

    def channels(self, org_id: OrgId) -> Channels:
        """How its people are reached; nobody when it has no publication.

        Raises:
            Unreadable: It cannot be read now; a message that then went to no channel would be lost.
        """

    def stamp(self) -> Hashable:
        """Another value as soon as something is published."""
