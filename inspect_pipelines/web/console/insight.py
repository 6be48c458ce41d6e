"""Insight: what months of runs say, drawn, with the SQL that asks for it, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.errors import NotFound, UsageError
from inspect_pipelines.ports.history import Answered
from inspect_pipelines.queries.insight import QUESTIONS, SPANS, Question, answer_question, sql_of
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.access.room import Room
from inspect_pipelines.web.console.charts import HEIGHT, WIDTH, bars, lines
from inspect_pipelines.web.console.shell import Seen, Shell

FIRST = "passed"
AT_ONCE, ALTOGETHER = 2, 4  # each answer is a process that may take a core for ten seconds
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how what a spreadsheet would compute begins
Ask = Annotated[str, Query(max_length=20)]
Days = Annotated[int, Query(ge=1, le=10_000)]


def insight(shell: Shell) -> Iterator[BaseRoute]:
    """`/insight` and `/insight.csv`."""
    router, reads = APIRouter(), permitted(Permission.RUNS_READ)
    room = Room("charts are drawn", each=AT_ONCE, altogether=ALTOGETHER)

    def answered(seen: Seen, question: Question, days: int) -> Answered:
        room.take(seen.house.org_id)
        try:
            return answer_question(seen.house, question, days)
        finally:
            room.give_back(seen.house.org_id)

    @router.get("/insight", response_class=HTMLResponse)
    @is_for(reads)
    def page(request: Request, ask: Ask = FIRST, days: Days = SPANS[1]) -> HTMLResponse:
        seen, question = shell.see(request), _question(ask)
        sql = sql_of(seen.house, question, days)
        try:
            answer = answered(seen, question, days)
        except NotFound:  # nothing has ever ended
            answer = None
        drawn = lines(question, answer) if answer and question.along else []
        return shell.page(
            seen,
            "insight.html.j2",
            ask=ask,
            days=days,
            spans=SPANS,
            questions={name: one.title for name, one in QUESTIONS.items()},
            question=question,
            answer=answer,
            lines=drawn,
            bars=bars(question, answer) if answer and not question.along else [],
            sql=sql,
            width=WIDTH,
            height=HEIGHT,
        )

    @router.get("/insight.csv", response_class=Response)
    @is_for(reads)
    def table(request: Request, ask: Ask = FIRST, days: Days = SPANS[1]) -> Response:
        seen, question = shell.see(request), _question(ask)
        answer = answered(seen, question, days)
        headers = {"Content-Disposition": f'attachment; filename="{ask}-{days}-days.csv"'}
        return Response(_csv(answer), media_type="text/csv; charset=utf-8", headers=headers)

    yield from router.routes


def _question(ask: str) -> Question:
    found = QUESTIONS.get(ask)
    if found is None:
        raise UsageError(f"{ask!r} is no question of this page; choose of: {', '.join(QUESTIONS)}")
    return found


def _csv(answer: Answered) -> str:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([one.name for one in answer.columns])
    writer.writerows([[_cell(value) for value in row] for row in answer.rows])
    return written.getvalue()


def _cell(value: object) -> object:
    """What strangers wrote is text in spreadsheets too."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
