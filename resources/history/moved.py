"""Where a history went, said at the place that it left, so that nobody goes on there by mistake."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from inspect_pipelines.errors import Refused
from resources.disk.atomic import write_atomically
from resources.history.places import Places

if TYPE_CHECKING:
    import duckdb


def refuse_moved(places: Places) -> None:
    """Go on only where the file of this home is its history.

    Raises:
        Refused: It was moved to a lake.
    """
    try:
        told = json.loads(places.moved.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    raise Refused(
        f"the run history of {str(places.home)!r} was moved to {told['to']} at {told['at']}; set INSPECT_HISTORY and "
        f"INSPECT_HISTORY_DATA to that, or bring it back with them set: inspect-pipelines history move --to file"
    )


def note_moved(places: Places, where: str, at: datetime) -> None:
    """Say so in the home; comes before its file is put aside."""
    text = json.dumps({"to": where, "at": f"{at:%Y-%m-%d %H:%M} UTC"}, ensure_ascii=False)
    write_atomically(places.moved, text, mode=0o644)


def moved_to(connection: duckdb.DuckDBPyConnection) -> str:
    """Where the history of the lake that is used went; empty: it is here."""
    found = connection.execute(
        "SELECT comment FROM duckdb_tables() WHERE database_name = 'history' AND schema_name = 'internal' AND table_name = 'applied'"
    ).fetchone()
    said = (found[0] if found else None) or ""
    return said.removeprefix(MOVED) if said.startswith(MOVED) else ""


MOVED = "moved to "


def say_moved(connection: duckdb.DuckDBPyConnection, where: str) -> None:
    """Say so in the lake that is used, with the transaction that is open."""
    quoted = f"{MOVED}{where}".replace("'", "''")
    connection.execute(f"COMMENT ON TABLE internal.applied IS '{quoted}'")


def say_here(connection: duckdb.DuckDBPyConnection) -> None:
    """Take it back."""
    connection.execute("COMMENT ON TABLE internal.applied IS 'how far the journal is in the tables'")
