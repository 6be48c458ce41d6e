"""Which time zone somebody may have meant."""

from __future__ import annotations

from zoneinfo import available_timezones

from inspect_pipelines.config.problem import did_you_mean
from inspect_pipelines.domain import cron


def zone_hint(name: str) -> str:
    """` (did you mean ..?)`, by the city too: `oslo`, `New York`; empty when nothing is near."""
    zones = {zone for zone in available_timezones() if cron.is_zone_name(zone)}
    by_city = {zone.rpartition("/")[2]: zone for zone in sorted(zones, reverse=True)}
    city = name.strip().replace(" ", "_").rpartition("/")[2].lower()
    exact = [zone for short, zone in by_city.items() if short.lower() == city]
    return f" (did you mean {exact[0]!r}?)" if exact else did_you_mean(name.replace(" ", "_"), zones)
