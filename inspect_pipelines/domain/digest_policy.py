"""A digest's policy: when owners hear once a week of what they owe, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from inspect_pipelines.domain.channel import ChannelConfig, Kinds, Person, addressed, person
from inspect_pipelines.domain.cron import Cron, zone

MONDAY_MORNING = "0 8 * * 1"
SHORTEST = timedelta(days=6)  # between two; clocks change within a week
LOOKED_AT = 60  # fire times; more than a year of weeks


@dataclass(frozen=True, slots=True)
class DigestPolicy:
    """`digest` of organization.yaml.

    Attributes:
        targets: By owner, without `@`: where they hear of it.
        default: Where those do who have no place of their own, and what nobody owns is told; empty: nowhere.
    """

    cron: str = MONDAY_MORNING
    timezone: str = "UTC"
    targets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    default: tuple[str, ...] = ()

    def latest(self, now: datetime) -> datetime:
        """When the newest one was due, UTC."""
        return Cron(self.cron, self.timezone).latest_at_or_before(now)

    def next(self, now: datetime) -> datetime:
        """When the next one is, UTC."""
        return Cron(self.cron, self.timezone).next_after(now)

    def week(self, due: datetime) -> str:
        """The week that one is of, `2026-W49`, by the calendar of its zone."""
        year, week, _ = due.astimezone(zone(self.timezone)).isocalendar()
        return f"{year}-W{week:02}"

    def places(
        self, owner: str, *, people: Sequence[Person], channels: Sequence[ChannelConfig], kinds: Kinds
    ) -> tuple[str, ...]:
        """Where an owner hears of it: as the policy says, else by mail where `people` know an address, else by default.

        Args:
            owner: Without `@`; empty: nobody.
        """
        named = {name.casefold(): targets for name, targets in self.targets.items()}
        if (own := named.get(owner.casefold())) is not None:
            return own
        known = person(people, owner) if owner else None
        mail = f"email:{known.email}" if known is not None and known.email else ""
        return (mail,) if mail and addressed(kinds, channels, mail) is not None else self.default


def too_often(cron: Cron) -> bool:
    """Whether it fires more than once a week."""
    times = cron.upcoming(datetime(2026, 1, 1, tzinfo=UTC), LOOKED_AT)
    return any(later - earlier < SHORTEST for earlier, later in pairwise(times))
