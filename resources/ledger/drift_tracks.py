"""Drift tracks: a row for each view that a run has passed with."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from inspect_pipelines.domain.drift_track import Track
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.stored.drift_track import TRACK
from resources.ledger.drift_tables import drift_tracks
from resources.ledger.owned import Owned
from resources.ledger.tables import insert

KEPT = drift_tracks.c
AT_ONCE = 500  # rows of a statement; SQLite takes 32,766 values


class SqlDriftTracks(Owned):
    def of(self, set_name: str) -> Mapping[View, Track]:
        query = sa.select(KEPT.view, KEPT.track).where(KEPT.org_id == self._org_id, KEPT.set_name == set_name)
        return {View.parse(view): TRACK.load(text) for view, text in self._connection.execute(query)}

    def keep(self, set_name: str, tracks: Mapping[View, Track]) -> None:
        rows = [
            {"org_id": self._org_id, "set_name": set_name, "view": str(view), "track": TRACK.dump(track)}
            for view, track in tracks.items()
        ]
        for first in range(0, len(rows), AT_ONCE):
            statement = insert(self._connection, drift_tracks).values(rows[first : first + AT_ONCE])
            self._connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["org_id", "set_name", "view"], set_={"track": statement.excluded.track}
                )
            )
