"""What a cron would mean: its next times, and what clock changes do to them; for whoever is writing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from inspect_pipelines.config.zones import zone_hint
from inspect_pipelines.domain.cron import Cron, zone
from inspect_pipelines.errors import UsageError
from inspect_pipelines.queries.cron_words import cron_sentence

SHOWN = 5
NOTICE = timedelta(days=100)  # how far ahead a clock change is mentioned


@dataclass(frozen=True, slots=True)
class CronPreview:
    told: str  # when it fires, in words
    times: tuple[tuple[datetime, str], ...]  # UTC, and the same moment as clocks in its zone show it
    notes: tuple[str, ...]
    problem: str  # why it means nothing; empty: it does


def preview_cron(cron: str, timezone: str, *, now: datetime) -> CronPreview:
    """Its next five times."""
    try:
        found = Cron(cron.strip(), timezone.strip() or "UTC")
    except UsageError as error:
        hint = zone_hint(timezone) if "time zone" in str(error) else ""
        return CronPreview("", (), (), f"{error}{hint}")
    here = zone(found.timezone)
    return CronPreview(
        cron_sentence(found.expression),
        tuple((at, f"{at.astimezone(here):%a %Y-%m-%d %H:%M %Z}") for at in found.upcoming(now, SHOWN)),
        (*found.step_notes(), *found.dst_notes(now, NOTICE)),
        "",
    )
