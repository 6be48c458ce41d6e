"""The projector: journal rows into DuckDB's tables, each exactly once, because the watermark moves with them."""

from __future__ import annotations

import json
from collections.abc import Sequence

import duckdb

from resources.history.statements import statements

KINDS = ("run", "definition", "baseline", "baseline_activated", "notification")

# statement -> its table, and the columns that the statement itself supplies
RUN_STEPS = {
    "insert_runs": ("automated_runs", ("run_seq", "notifications_sent")),
    "insert_sessions": ("sessions", ("run_seq",)),
    "insert_screenshots": ("screenshots", ("run_seq",)),
    "insert_comparisons": ("comparisons", ("run_seq",)),
    "insert_findings": ("findings", ("run_seq",)),
}


class Projector:
    """Applies batches over one open connection to the live file."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._structures: dict[tuple[str, ...], str] = {}
        self._run("make_batch")

    def applied(self) -> int:
        """The seq of the newest journal row that is in the tables."""
        row = self._run("read_watermark").fetchone()
        assert row is not None  # migration 1 puts it there
        return int(row[0])

    def apply(self, rows: Sequence[tuple[int, str, str]]) -> None:
        """Project rows (seq, kind, JSON text), which follow the watermark, in one transaction."""
        kinds = {kind for _, kind, _ in rows}
        self.connection.begin()
        try:
            self._fill(rows)
            if "run" in kinds:
                self._runs()
            if "definition" in kinds:
                self._definitions()
            if kinds & {"baseline", "baseline_activated"}:
                columns = self._structure("baselines", ("is_active",))
                self._run("insert_baselines", columns=columns)
                self._run("activate_baselines")
            if "notification" in kinds:
                self._notifications()
            self._run("move_watermark", seq=rows[-1][0])
            self.connection.commit()
        except duckdb.Error:
            self._roll_back()
            raise

    def _fill(self, rows: Sequence[tuple[int, str, str]]) -> None:
        seqs, kinds, bodies = (list(column) for column in zip(*rows, strict=True))
        self._run("empty_batch")
        self._run("fill_batch", seqs=seqs, kinds=kinds, bodies=bodies)
        self._run("keep_unread", known=list(KINDS))
        self._run("drop_unreadable")

    def _runs(self) -> None:
        for statement, (table, supplied) in RUN_STEPS.items():
            is_list = table != "automated_runs"
            self._run(statement, columns=self._structure(table, supplied, is_list=is_list))

    def _definitions(self) -> None:
        self._run("gather_definitions")
        self._run("delete_schedules")
        self._run("delete_triggers")
        made = ("created_at", "created_by")
        self._run("insert_schedules", columns=self._structure("schedules", made))
        self._run("insert_triggers", columns=self._structure("triggers", made))

    def _notifications(self) -> None:
        self._run("gather_notifications")
        self._run("delete_notifications")
        self._run("insert_notifications", columns=self._structure("notifications", ("definition_id",)))
        self._run("tell_runs_of_notifications")

    def _structure(self, table: str, supplied: tuple[str, ...], *, is_list: bool = False) -> str:
        """What `from_json` is to read: the table's columns and types, as JSON."""
        key = (table, *supplied)
        if key not in self._structures:
            columns = self.connection.execute(
                "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? AND NOT internal",
                [table],
            ).fetchall()
            structure: dict[str, str | list[str]] = {
                name: [kind.removesuffix("[]")] if kind.endswith("[]") else kind
                for name, kind in columns
                if name not in supplied
            }
            self._structures[key] = json.dumps([structure] if is_list else structure)
        return self._structures[key]

    def _run(self, name: str, **parameters: object) -> duckdb.DuckDBPyConnection:
        return self.connection.execute(statements()[name], parameters or None)

    def _roll_back(self) -> None:
        try:
            self.connection.rollback()
        except duckdb.Error:
            return  # a fatal error has ended the transaction already; whoever owns the connection closes it
