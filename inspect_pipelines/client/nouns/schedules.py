"""What the API can do with schedules. Written by `python docs/client.py`."""

from __future__ import annotations

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.queries.definitions import ScheduleDossier, ScheduleSummary
from inspect_pipelines.queries.plan_summary import PlanSummary
from inspect_pipelines.queries.upcoming import Upcoming


class Schedules(Noun):
    """`client.schedules`."""

    def list(self, *, tagged: str | None = None) -> tuple[ScheduleSummary, ...]:
        """Every schedule, by its id, with its next time and how it ended last."""
        return self._many(ScheduleSummary, "GET", "/schedules", query={"tag": tagged})

    def show(self, schedule_id: str) -> ScheduleDossier:
        """A schedule with its last ten runs, and what it was written as; its ETag is its revision."""
        return self._one(ScheduleDossier, "GET", below("/schedules/{schedule_id}", schedule_id=schedule_id))

    def plan(self, schedule_id: str) -> PlanSummary:
        """What a schedule runs, and how."""
        return self._one(PlanSummary, "GET", below("/schedules/{schedule_id}/plan", schedule_id=schedule_id))

    def upcoming(self, schedule_id: str, *, count: int = 10) -> tuple[Upcoming, ...]:
        """A schedule's next times, each with what will keep it from running; none while it is switched off."""
        return self._many(
            Upcoming,
            "GET",
            below("/schedules/{schedule_id}/upcoming", schedule_id=schedule_id),
            query={"count": count},
        )

    def upcoming_of_all(self, *, count: int = 10, definition_id: str | None = None) -> tuple[Upcoming, ...]:
        """The next times of all schedules that are switched on, in order, each with what will keep it from running."""
        return self._many(
            Upcoming, "GET", "/upcoming", query={"count": count, "definition_id": definition_id}
        )
