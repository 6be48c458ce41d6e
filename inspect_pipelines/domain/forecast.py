"""A forecast: how many run-minutes a month the definitions will take, so that a budget is not a surprise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from inspect_pipelines.domain.budget import MONTH_DAYS, Budget, typical_minutes
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.occurrence import occurrences
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.trigger import Definition

COUNTED = 500  # fire times that are really looked at; more often than that is extrapolated
MONTH = timedelta(days=MONTH_DAYS)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a definition will take in the next 30 days."""

    runs: float
    minutes_per_run: float | None  # the 95th percentile of its last 20 runs; None: it never ran

    @property
    def minutes(self) -> float | None:
        return None if self.minutes_per_run is None else self.runs * self.minutes_per_run


def forecast(
    definition: Definition, *, now: datetime, last_minutes: Sequence[float], last_month_runs: int
) -> Forecast:
    """The definition's forecast.

    Args:
        last_minutes: How long its last runs took, at most 20.
        last_month_runs: How many it had in the last 30 days; what events will bring is guessed from that.
    """
    if not definition.enabled:
        runs = 0.0
    elif isinstance(definition, Schedule):
        runs = _fires(definition, now)
    else:
        runs = float(last_month_runs)
    return Forecast(runs, typical_minutes(last_minutes))


def overruns(
    organization: Organization,
    definitions: Sequence[Definition],
    forecasts: Mapping[DefinitionId, Forecast],
) -> tuple[str, ...]:
    """One sentence for each budget that the forecast goes over; what never ran counts for nothing yet."""
    found = []
    known = [minutes for each in forecasts.values() if (minutes := each.minutes) is not None]
    if organization.budget is not None:
        found += _over(f"organisation {organization.org_id!r}", organization.budget, sum(known))
    for definition in definitions:
        minutes = forecasts[definition.id].minutes
        if definition.plan.budget_minutes is not None and minutes is not None:
            found += _over(f"{definition.id!r}", Budget(definition.plan.budget_minutes), minutes)
    return tuple(found)


def _over(owner: str, budget: Budget, minutes: float) -> list[str]:
    if minutes <= budget.minutes_per_month:
        return []
    return [
        f"{owner} will take about {minutes:.0f} run-minutes a month, and its budget is {budget.minutes_per_month}"
    ]


def _fires(schedule: Schedule, now: datetime) -> float:
    """How often it fires in the next 30 days."""
    times = list(islice(occurrences(schedule, now), COUNTED))
    within = sum(1 for at in times if at <= now + MONTH)
    if within < COUNTED:
        return float(within)
    return COUNTED * (MONTH / (times[-1] - now))
