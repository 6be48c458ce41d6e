"""Start, cancel and retry runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.engine import Engine
from inspect_pipelines.queries.past import PastTimes
from inspect_pipelines.queries.plan_summary import show_plan
from inspect_pipelines.queries.run import current_run
from inspect_pipelines.queries.runs import RunSummary, summary
from inspect_pipelines.usecases.runs.backfill import past_times, run_past
from inspect_pipelines.usecases.runs.cancel import cancel
from inspect_pipelines.usecases.runs.clear_worker import clear_worker
from inspect_pipelines.usecases.runs.run_now import retry_now, run_now
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.access.rates import RUN_NOW, RUN_PAST
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.deed import KEY_HEADER, Deed
from inspect_pipelines.web.api.moment import Moment
from inspect_pipelines.web.api.route import Answer, Asked, AskedBy, AskedByKey, AskedOnce, Routes
from inspect_pipelines.web.api.wishes import AgainstWish, CancelWish, PastWish

A_DAY = timedelta(days=1)
STARTED = Answer(RunSummary, status=202)


def run_verbs(gate: Gate, engine: Callable[[], Engine | None]) -> Routes:
    """The routes.

    Args:
        gate: Whom they let in.
        engine: Whoever executes runs now; None: nobody is up.
    """
    routes = Routes(gate, "runs")
    writes = permitted(Permission.RUNS_WRITE)

    def started(asked: Asked, kind: str, definition_id: str, wish: AgainstWish) -> Response:
        present(show_plan(asked.house, kind, definition_id), kind, definition_id)
        asked.rates.spend(RUN_NOW, f"{asked.house.org_id}/{definition_id}", f"whoever runs {definition_id!r}")
        key = f"api:{asked.caller.actor}:{asked.request.headers[KEY_HEADER]}"
        run = run_now(
            asked.house,
            engine,
            DefinitionId(definition_id),
            wish.variables,
            by=asked.caller.actor,
            key=key,
            branch=wish.branch,
            selection=wish.selection,
            against=wish.against,
        )
        return asked.answer(summary(asked.house, run), status=202)

    @routes.post(
        "/schedules/{schedule_id}/run-now",
        writes,
        STARTED,
        Deed("schedule.run", "schedule_id", needs_key=True),
    )
    def run_schedule(asked: AskedByKey, schedule_id: str, wish: AgainstWish) -> Response:
        """Start a schedule's run at once, beside its times; the same key again finds the same run."""
        return started(asked, "schedule", schedule_id, wish)

    @routes.post(
        "/triggers/{trigger_id}/run-now", writes, STARTED, Deed("trigger.run", "trigger_id", needs_key=True)
    )
    def run_trigger(asked: AskedByKey, trigger_id: str, wish: AgainstWish) -> Response:
        """Start a trigger's run at once, without an event; the same key again finds the same run."""
        return started(asked, "trigger", trigger_id, wish)

    @routes.get("/schedules/{schedule_id}/past", permitted(Permission.RUNS_READ), Answer(PastTimes))
    def past(
        asked: AskedBy,
        schedule_id: str,
        since: Annotated[
            Moment | None,
            Query(alias="from", description="The first time; without one a day before the last."),
        ] = None,
        until: Annotated[
            Moment | None, Query(alias="to", description="The last time; without one now.")
        ] = None,
    ) -> Response:
        """The times of a schedule between two times, which of them ran, and which `run-past` would run: 50 at most."""
        name = DefinitionId(schedule_id)
        present(show_plan(asked.house, "schedule", name), "schedule", schedule_id)
        now = asked.house.clock.now()
        last = min(until or now, now)
        return asked.answer(past_times(asked.house, name, since or last - A_DAY, last))

    @routes.post(
        "/schedules/{schedule_id}/run-past",
        writes,
        STARTED,
        Deed("schedule.run", "schedule_id"),
    )
    def run_past_time(asked: AskedOnce, schedule_id: str, wish: PastWish) -> Response:
        """Start the run of a schedule's past time; what ran by itself then is 409, what was asked for is found again."""
        name = DefinitionId(schedule_id)
        present(show_plan(asked.house, "schedule", name), "schedule", schedule_id)
        asked.rates.spend(RUN_PAST, f"{asked.house.org_id}/{name}", f"whoever runs past times of {name!r}")
        run = run_past(asked.house, engine, name, wish.at, by=asked.caller.actor)
        return asked.answer(summary(asked.house, run), status=202)

    @routes.post("/runs/{run_id}/cancel", writes, Answer(RunSummary), Deed("run.cancel", "run_id"))
    def cancel_run(asked: AskedOnce, run_id: str, wish: CancelWish) -> Response:
        """End a run within two seconds; what it saw until then is kept. Repeating it changes nothing."""
        run = present(current_run(asked.house, RunId(run_id)), "run", run_id)
        found = engine()
        engines = [found] if found else []
        done = cancel(asked.house, run.id, lambda: engines, by=asked.caller.actor, reason=wish.reason)
        if done.run.status is not RunStatus.CANCELLED:
            raise Refused(
                f"run {run.id!r} was not cancelled: it ended as {done.run.status.value!r} in the same moment"
            )
        clear_worker(asked.house, run.id)
        return asked.answer(summary(asked.house, done.run))

    @routes.post("/runs/{run_id}/retry", writes, STARTED, Deed("run.retry", "run_id"))
    def retry_run(asked: AskedOnce, run_id: str) -> Response:
        """Run the same once more: the definition as it is now, with the variables of the first one."""
        run = present(current_run(asked.house, RunId(run_id)), "run", run_id)
        again = retry_now(asked.house, engine, run.id, by=asked.caller.actor)
        return asked.answer(summary(asked.house, again), status=202)

    return routes
