"""`/progress` and `/runs/{id}/progress`: what runs are doing, told as it happens."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.json_shape import rfc3339
from inspect_pipelines.queries.news import RunNews, ended_since, news_of, news_of_all
from inspect_pipelines.queries.run import run_for
from inspect_pipelines.queries.window import Window, window_of
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.moment import Moment
from inspect_pipelines.web.api.route import Answer, AskedBy, Routes
from inspect_pipelines.web.api.streams import EVENT_STREAM, Streams, Told, event_of

END = "end"  # the id of a run's last event
LAST_EVENT_ID = "Last-Event-ID"
TOLD = Answer(RunNews, media_type=EVENT_STREAM)


def progress(gate: Gate, streams: Streams) -> Routes:
    """The routes.

    Args:
        gate: Whom they let in, and let stay.
        streams: That are open.
    """
    routes = Routes(gate, "progress")
    reads = permitted(Permission.RUNS_READ)
    follows = permitted(Permission.RUNS_READ, of_own=Permission.RUNS_WRITE)  # whoever starts one sees it end

    @routes.get("/runs/{run_id}/progress", follows, TOLD)
    def of_run(
        asked: AskedBy,
        run_id: str,
        last: Annotated[
            str | None,
            Header(
                alias=LAST_EVENT_ID,
                pattern=r"^(end|[0-9]{1,6})$",
                description="Of the last event that you got; what came behind it is told.",
            ),
        ] = None,
    ) -> Response:
        """What a run is doing, as server-sent events: `step` for each step that has ended, `run` when its state is another.

        `frame` says that its browser's window was looked at again, and when; the console shows it at `/runs/{id}/live`.

        It closes when the run has ended; whoever comes again with that event's id gets 204, which ends an EventSource.
        """
        run = present(run_for(asked.house, asked.caller, RunId(run_id)), "run", run_id)
        if last == END and not run.status.is_open:
            return Response(status_code=204)
        known = int(last) if last and last != END else 0
        look = OfRun(asked.house, run.id, known)
        return streams.answer(asked, look, admit_again=lambda: gate.admit(asked.request, follows))

    @routes.get("/progress", reads, TOLD)
    def of_all(
        asked: AskedBy,
        last: Annotated[
            Moment | None,
            Header(
                alias=LAST_EVENT_ID,
                description="Of the last event that you got: a time; what ended since then is told.",
            ),
        ] = None,
    ) -> Response:
        """What all runs are doing, as server-sent events: `run` for each that is open now, and whenever one's state is another."""
        known = [] if last is None else ended_since(asked.house, last)
        look = OfAll(asked.house, known)
        return streams.answer(asked, look, admit_again=lambda: gate.admit(asked.request, reads))

    return routes


class OfRun:
    """Says what is new about one run.

    Args:
        house: Ports.
        run_id: The run.
        known: How many steps somebody was told before.
    """

    def __init__(self, house: House, run_id: RunId, known: int) -> None:
        self._house, self._run_id, self._known = house, run_id, known
        self._last: RunNews | None = None
        self._window: Window | None = None

    def __call__(self) -> Told:
        found = news_of(self._house, self._run_id)
        if found is None:
            return Told(is_last=True)
        news, steps = found
        events = [
            event_of("step", step, known_as=str(number))
            for number, step in enumerate(steps, 1)
            if number > self._known
        ]
        self._known = max(self._known, len(steps))
        is_last = not news.run.status.is_open
        if not news.is_like(self._last):
            events.append(event_of("run", news, known_as=END if is_last else str(self._known)))
        self._last = news
        window = window_of(self._house, self._run_id)
        if window is not None and window.at != (self._window and self._window.at):
            events.append(event_of("frame", window))
        self._window = window
        return Told(events, is_last)


class OfAll:
    """Says what is new about an organisation's runs.

    Args:
        house: Ports.
        missed: Runs that ended while whoever asks was away.
    """

    def __init__(self, house: House, missed: list[RunId]) -> None:
        self._house = house
        self._open: list[RunId] = missed
        self._last: dict[RunId, RunNews] = {}

    def __call__(self) -> Told:
        at = rfc3339(
            self._house.clock.now()
        )  # what ends during the look is told once more, rather than never
        seen = news_of_all(self._house, self._open)
        events = [
            event_of("run", news, known_as=at)
            for news in seen
            if not news.is_like(self._last.get(news.run.id))
        ]
        going_on = [news for news in seen if news.run.status.is_open]
        self._open = [news.run.id for news in going_on]
        self._last = {news.run.id: news for news in going_on}
        return Told(events)
