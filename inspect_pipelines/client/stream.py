"""Server-sent events: what runs do, as it happens; a connection that is cut off is made again, and misses nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from inspect_pipelines.client.connection import Connection
from inspect_pipelines.client.problems import ServerError
from inspect_pipelines.queries.json_reading import from_json
from inspect_pipelines.queries.news import RunNews, StepNews

ALL = "/progress"
AGAIN_SECONDS = 2.0
MOST_FAILURES = 5  # in a row
KINDS: dict[str, type[RunNews] | type[StepNews]] = {"run": RunNews, "step": StepNews}


@dataclass(frozen=True, slots=True)
class Told:
    """One event.

    Attributes:
        id: To go on after it, also in another process.
        news: How a run is now, or a step that has ended.
    """

    id: str
    news: RunNews | StepNews


def follow(connection: Connection, path: str, *, last_event_id: str | None) -> Iterator[Told]:
    """Every event; of one run until it has ended, of all runs for ever.

    Raises:
        InspectError: It is refused, or the server stays away.
    """
    failures = 0
    while True:
        try:
            with connection.lines(path, headers={"Last-Event-ID": last_event_id}) as lines:
                got_any = False
                for told in _events(lines):
                    got_any, failures = True, 0
                    last_event_id = told.id or last_event_id
                    yield told
                    if _is_over(told, path):
                        return
                if not got_any and path != ALL:  # it has ended, and you know it
                    return
        except ServerError:
            failures += 1
            if failures >= MOST_FAILURES:
                raise
        connection.sleep(AGAIN_SECONDS)


def _is_over(told: Told, path: str) -> bool:
    return path != ALL and isinstance(told.news, RunNews) and not told.news.run.status.is_open


def _events(lines: Iterator[str]) -> Iterator[Told]:
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
            continue
        name, data = fields.get("event", ""), fields.get("data", "")
        if name == "problem":
            raise ServerError(str(json.loads(data).get("detail", "the stream was ended")))
        if name in KINDS:
            yield Told(fields.get("id", ""), from_json(KINDS[name], json.loads(data)))
        fields = {}
