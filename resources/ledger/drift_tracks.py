"""Drift tracks: a row for each approved picture of a view that a run has passed with."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from inspect_pipelines.domain.any_of import FIRST
from inspect_pipelines.domain.drift_track import Track, Tracks
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.stored.drift_track import TRACK
from resources.ledger.drift_tables import drift_tracks, variant_tracks
from resources.ledger.owned import Owned
from resources.ledger.tables import insert

KEPT, FURTHER = drift_tracks.c, variant_tracks.c
AT_ONCE = 500  # rows of a statement; SQLite takes 32,766 values


class SqlDriftTracks(Owned):
    def of(self, set_name: str) -> Tracks:
        first = sa.select(KEPT.view, sa.literal(FIRST).label("letter"), KEPT.track).where(
            KEPT.org_id == self._org_id, KEPT.set_name == set_name
        )
        further = sa.select(FURTHER.view, FURTHER.letter, FURTHER.track).where(
            FURTHER.org_id == self._org_id, FURTHER.set_name == set_name
        )
        found: dict[View, dict[str, Track]] = {}
        for view, letter, text in self._connection.execute(sa.union_all(first, further)):
            found.setdefault(View.parse(view), {})[letter] = TRACK.load(text)
        return found

    def keep(self, set_name: str, tracks: Tracks) -> None:
        rows = [
            {
                "org_id": self._org_id,
                "set_name": set_name,
                "view": str(view),
                "letter": letter,
                "track": TRACK.dump(track),
            }
            for view, by_letter in tracks.items()
            for letter, track in by_letter.items()
        ]
        first = [{**row} for row in rows if row["letter"] == FIRST]
        for row in first:
            del row["letter"]
        self._keep(drift_tracks, first)
        self._keep(variant_tracks, [row for row in rows if row["letter"] != FIRST])

    def forget(self, set_name: str, view: View, letter: str) -> None:
        table = drift_tracks if letter == FIRST else variant_tracks
        columns = {"org_id": self._org_id, "set_name": set_name, "view": str(view), "letter": letter}
        meant = [table.c[name] == value for name, value in columns.items() if name in table.c]
        self._connection.execute(sa.delete(table).where(*meant))

    def _keep(self, table: sa.Table, rows: Sequence[dict[str, str]]) -> None:
        keys = [column.name for column in table.primary_key]
        for first in range(0, len(rows), AT_ONCE):
            statement = insert(self._connection, table).values(rows[first : first + AT_ONCE])
            self._connection.execute(
                statement.on_conflict_do_update(index_elements=keys, set_={"track": statement.excluded.track})
            )
