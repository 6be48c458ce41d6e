"""What the API can do with history. Written by `python docs/client.py`."""

from __future__ import annotations

from inspect_pipelines.client.noun import Noun
from inspect_pipelines.ports.history import Answered


class History(Noun):
    """`client.history`."""

    def query(self, *, sql: str) -> Answered:
        """Ask the organisation's run history in SQL (DuckDB's): 10 s, 10,000 rows, 256 MB; nothing else can be reached.

        It holds what was published until `as_of`, which a run that has just ended may be newer than by a minute.
        """
        return self._one(Answered, "POST", "/history/query", body={"sql": sql})
