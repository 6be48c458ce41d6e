"""What the ledger knows of organisations themselves, and the refusal to mix them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Organization


class WrongOrganization(ValueError):
    """A defect of the caller: a value of one organisation was given to a session of another one."""

    def __init__(self, given: OrgId, own: OrgId) -> None:
        super().__init__(
            f"a value of organisation {given!r} was given to a ledger session of {own!r}; open one with: estate.house({given!r})"
        )


class Organizations(Protocol):
    """What organization.yaml says of all runs of the organisation, as last applied."""

    def find(self) -> Organization:
        """The default one when nothing was applied yet."""

    def save(self, organization: Organization, *, at: datetime) -> None:
        """Create or replace, and note that its project was applied then; the first one stays the first."""

    def naming(self) -> Naming:
        """What its definitions are called in Dagster; before any was applied, as the first one's."""

    def applied_at(self) -> datetime | None:
        """When its project was applied last, changed or not."""

    def link_key(self) -> bytes | None:
        """That signs the links in its messages; None: it has none yet."""

    def use_link_key(self, key: bytes) -> None:
        """Sign by this one from now on; what another has signed opens nothing. Before the first apply nothing is kept."""
