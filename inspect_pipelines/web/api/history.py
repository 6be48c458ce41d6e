"""`/history`: SQL over the organisation's part of the run history."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.ports.history import Answered
from inspect_pipelines.usecases.history.ask import ask
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.access.room import Room
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.route import Answer, AskedBy, Routes
from inspect_pipelines.web.api.wishes import Wish

# Each is a process that may take a core for ten seconds; webhooks and pictures are to have one all the same.
AT_ONCE = 2
ALTOGETHER = 4


class HistoryWish(Wish):
    sql: Annotated[
        str,
        Field(
            min_length=1,
            max_length=20_000,
            description="One reading statement: SELECT, WITH, FROM, DESCRIBE, SHOW, SUMMARIZE, PIVOT or EXPLAIN.",
            examples=["SELECT status, count(*) AS runs FROM automated_runs GROUP BY ALL ORDER BY runs DESC"],
        ),
    ]


def history(gate: Gate) -> Routes:
    routes = Routes(gate, "history")
    room = Room("queries are answered", each=AT_ONCE, altogether=ALTOGETHER)
    may = permitted(Permission.HISTORY_QUERY)

    @routes.post("/history/query", may, Answer(Answered), Deed("history.query", is_kept=False))
    def query(asked: AskedBy, wish: HistoryWish) -> Response:
        """Ask the organisation's run history in SQL (DuckDB's): 10 s, 10,000 rows, 256 MB; nothing else can be reached.

        It holds what was published until `as_of`, which a run that has just ended may be newer than by a minute.
        """
        org_id = asked.house.org_id
        room.take(org_id)
        try:
            return asked.answer(ask(asked.house, wish.sql, asked.caller))
        finally:
            room.give_back(org_id)

    return routes
