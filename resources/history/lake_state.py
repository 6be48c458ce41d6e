"""How far a lake is, as whoever asks it sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC

import duckdb

from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.queries.json_shape import rfc3339
from resources.history.lake import Lake
from resources.history.lake_connection import told_of_lake
from resources.history.moved import MOVED
from resources.history.pairing import Watermark
from resources.history.reader import Reader

RECENT_SECONDS = 1.0  # for so long a page is served without asking anew
STATE = """
SELECT seq, epoch, mark, (SELECT max(version) FROM internal.schema_migrations),
    (SELECT comment FROM duckdb_tables() WHERE database_name = 'history' AND schema_name = 'internal' AND table_name = 'applied'),
    last.snapshot_id, last.snapshot_time
FROM internal.applied, (SELECT * FROM ducklake_snapshots('history') ORDER BY snapshot_id DESC LIMIT 1) AS last
"""


@dataclass(frozen=True, slots=True)
class LakeState:
    """Of one moment."""

    watermark: Watermark
    version: int  # of its tables
    moved_to: str  # empty: it is the history
    snapshot: int
    committed_at: str  # RFC 3339, UTC


class States:
    """Of one lake."""

    def __init__(self, reader: Reader, lake: Lake, clock: Clock) -> None:
        self._reader, self._lake, self._clock = reader, lake, clock
        self._last: tuple[float, LakeState] | None = None

    def newest(self) -> LakeState | None:
        """That of now; None: nobody has made the lake yet.

        Raises:
            Unavailable: It cannot be reached.
        """
        try:
            _, rows = self._reader.ask(STATE)
        except NotFound:
            return None
        except duckdb.CatalogException:  # made a moment ago, by somebody who has not made its tables yet
            return None
        except duckdb.Error as error:
            raise told_of_lake(error, self._lake) from error
        seq, epoch, mark, version, comment, snapshot, at = rows[0]
        moved_to = comment.removeprefix(MOVED) if (comment or "").startswith(MOVED) else ""
        state = LakeState(
            Watermark(seq, epoch, mark), version, moved_to, snapshot, rfc3339(at.astimezone(UTC))
        )
        self._last = self._clock.monotonic(), state
        return state

    def recent(self) -> LakeState | None:
        """That of a second ago at most."""
        if self._last is not None and self._clock.monotonic() - self._last[0] < RECENT_SECONDS:
            return self._last[1]
        return self.newest()
