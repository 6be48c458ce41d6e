"""`/runs/{id}/log`: what a run's process printed."""

from __future__ import annotations

from collections import deque

from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.queries.run import run_for
from inspect_pipelines.queries.run_log import CHARACTERS_SHOWN, LINES_SHOWN, Printed, RunLog
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.problem import HOME
from inspect_pipelines.web.api.route import Answer, AskedBy, Routes


def logs(gate: Gate, printed: Printed) -> Routes:
    """The routes.

    Args:
        gate: Whom they let in.
        printed: What a run's process printed.
    """
    routes = Routes(gate, "runs")
    follows = permitted(Permission.RUNS_READ, of_own=Permission.RUNS_WRITE)  # whoever starts one sees it end

    @routes.get("/runs/{run_id}/log", follows, Answer(RunLog))
    def log(asked: AskedBy, run_id: str) -> Response:
        """What its own process printed, the last 5,000 lines; Dagster's event log of it is in Dagster's UI."""
        run = present(run_for(asked.house, asked.caller, RunId(run_id)), "run", run_id)
        last: deque[str] = deque(maxlen=LINES_SHOWN)
        count = 0
        for line in printed(run):
            count += 1
            last.append(line.replace(asked.house.home, HOME)[:CHARACTERS_SHOWN])
        return asked.answer(RunLog(run.id, tuple(last), count > LINES_SHOWN))

    return routes
