"""The ledger's table for drift tracks; like those of tables.py, and made by the same migrations."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import metadata, text

drift_tracks = sa.Table(
    "drift_tracks",
    metadata,
    text("org_id", primary_key=True),
    text("set_name", primary_key=True),
    text("view", primary_key=True),
    text("track"),  # see inspect_pipelines/stored/drift_track.py
)

# The same of the further pictures that are approved of a view, each by its letter; those of the first, `A`, are above.
variant_tracks = sa.Table(
    "variant_tracks",
    metadata,
    text("org_id", primary_key=True),
    text("set_name", primary_key=True),
    text("view", primary_key=True),
    text("letter", primary_key=True),
    text("track"),
)
