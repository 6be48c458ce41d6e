"""What the API can do with organization. Written by `python docs/client.py`."""

from __future__ import annotations

from inspect_pipelines.client.noun import Noun
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.queries.budgets import BudgetStanding
from inspect_pipelines.queries.channels import ChannelSummary
from inspect_pipelines.queries.links import RevokedLinks
from inspect_pipelines.queries.sources import SourceSummary


class Organization(Noun):
    """`client.organization`."""

    def channels(self) -> tuple[ChannelSummary, ...]:
        """How people are reached, and which secrets have no value here; values are never shown."""
        return self._many(ChannelSummary, "GET", "/channels")

    def sources(self) -> tuple[SourceSummary, ...]:
        """Who may tell of events, and where they send to."""
        return self._many(SourceSummary, "GET", "/sources")

    def budgets(self) -> tuple[BudgetStanding, ...]:
        """This month's run-minutes, and what is used of them; empty where nothing is limited."""
        return self._many(BudgetStanding, "GET", "/budgets")

    def pauses(self) -> tuple[Pause, ...]:
        """What holds definitions back now, oldest first."""
        return self._many(Pause, "GET", "/pauses")

    def revoke_all(self, *, key: str | None = None) -> RevokedLinks:
        """Take back every signed link in messages of the organisation; those of later messages open again."""
        return self._one(RevokedLinks, "POST", "/organization/links/revoke", headers={"Idempotency-Key": key})
