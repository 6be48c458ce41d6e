"""An absence: a schedule's time came, and nobody asked for its run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from inspect_pipelines.domain.cron import zone
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.schedule import Schedule

GRACE = timedelta(minutes=5)  # 500 schedules of one minute take Dagster 150 s to submit
BLIND_GRACE = timedelta(minutes=30)  # when Dagster cannot be asked and runs are open: its queue may hold it
MOST_COUNTED = 100
ORIGIN = "absence:"


@dataclass(frozen=True, slots=True)
class Absence:
    """One outage of one schedule: from its first missed time until a run is asked for again."""

    schedule: Schedule
    first: datetime  # UTC; the time that was missed first, which names the outage
    times: tuple[datetime, ...]  # UTC; all missed ones, in order, a hundred at most

    def sentence(self, *, is_dagster_asked: bool, is_stopped: bool = False) -> str:
        """What is wrong and where to look.

        Args:
            is_dagster_asked: Or it did not answer.
            is_stopped: Dagster says that its switch is off.
        """
        local = self.first.astimezone(zone(self.schedule.timezone))
        utc = f" ({self.first:%H:%M} UTC)" if local.utcoffset() else ""
        more = f" (nor {len(self.times) - 1} after it)" if len(self.times) > 1 else ""
        if is_stopped:
            return (
                f"the run due at {local:%Y-%m-%d %H:%M} {self.schedule.timezone}{utc} was never requested{more}: the "
                "schedule is stopped in the Dagster UI, and nobody paused it; switch it on with: inspect-pipelines apply, "
                f"or say that it shall rest: inspect-pipelines schedules pause {self.schedule.id}"
            )
        blind = "" if is_dagster_asked else ", and the Dagster UI does not answer"
        return (
            f"the run due at {local:%Y-%m-%d %H:%M} {self.schedule.timezone}{utc} was never "
            f"requested{more}: Dagster's daemon does not tick{blind}; look at logs/daemon.log and logs/code.log, "
            "or start again: inspect-pipelines up"
        )


def absence_origin(definition_id: DefinitionId, first: datetime) -> str:
    """The origin of the run that stands for an outage; never the occurrence's own, which may still be caught up."""
    return f"{ORIGIN}{definition_id}:{first:%Y-%m-%dT%H:%MZ}"


def is_absence(origin: str) -> bool:
    """Whether a run only stands for an outage."""
    return origin.startswith(ORIGIN)


def absence_of(
    schedule: Schedule,
    expected: Iterable[datetime],
    *,
    now: datetime,
    watching_since: datetime,
    grace: timedelta = GRACE,
) -> Absence | None:
    """The outage of a schedule, if there is one.

    Args:
        schedule: Switched on, not paused.
        expected: Its times after the last one that was asked for, UTC, in order.
        now: UTC.
        watching_since: UTC; whoever watches gives Dagster its time from then on, so that a start is no outage.
        grace: How long after its time a run may still be asked for.
    """
    if now - watching_since < grace:
        return None
    missed: list[datetime] = []
    for at in expected:
        if now - at < grace or len(missed) == MOST_COUNTED:
            break
        missed.append(at)
    return Absence(schedule, missed[0], tuple(missed)) if missed else None
