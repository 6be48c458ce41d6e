"""The projector: journal rows into DuckDB's tables, each exactly once, because the watermark moves with them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

import duckdb

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.errors import Overtaken
from inspect_pipelines.facts.forgotten import FORGOTTEN
from inspect_pipelines.facts.mark import mark_of
from inspect_pipelines.ports.across import AGAIN
from resources.history.pairing import Watermark
from resources.history.statements import keys_of, statements

Row = tuple[int, str, str]  # seq, kind, JSON text
Structure = dict[str, Any]  # what `from_json` is to find: key -> type, or a list or structure of such

BASELINES = ("baseline", "baseline_activated", "baseline_deleted", "baseline_restored")
KINDS = ("run", AGAIN, "definition", *BASELINES, "notification", "event", "incident", FORGOTTEN)

# keys of a run's fact that are tables, too, and the columns that their rows take from the run's
RUN_PARTS = ("sessions", "screenshots", "comparisons", "findings")
FACTS = (
    "gather_automated_runs", "insert_automated_runs", "insert_sessions", "insert_steps",
    "gather_screenshots", "gather_comparisons", "gather_views", "insert_views", "keep_views", "insert_screenshots", "insert_comparisons",
    "insert_findings",
)  # fmt: skip
ROLLUPS = (
    "gather_last_runs", "raise_last_runs", "gather_days", "raise_days",
)  # fmt: skip
FORGET = (
    "gather_forgotten", "empty_forgotten", "insert_forgotten", "gather_forgotten_runs",
    "forget_sessions", "forget_steps", "forget_screenshots", "forget_comparisons", "forget_findings", "forget_runs",
    "forget_notifications", "forget_events", "forget_incidents",
)  # fmt: skip
FROM_RUN = ("run_seq", "run_id", "org_id", "definition_id", "baseline_id", "compared_at", "view")
FROM_SESSION = (
    "session_id",
    "playbook_id",
    "attempt",
    "position",
    "played_at",
)  # what a step takes from its own


class Projector:
    """Applies batches over one open connection to the live file.

    Args:
        connection: To the live file.
        token: Of the lease of whoever calls; 0: all owners are of one machine.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, token: int = 0) -> None:
        self.connection = connection
        self._token = token
        self._known_columns: dict[tuple[str, ...], Structure] = {}
        self._run("make_batch")
        self._run("remember_views")

    def watermark(self) -> Watermark:
        row = self._run("read_watermark").fetchone()
        assert row is not None  # migration 1 puts it there
        return Watermark(*row)

    def move(self, seq: int, epoch: str, mark: str | None) -> None:
        """Take all rows of that ledger up to this one for projected.

        Raises:
            Overtaken: An owner that came later has moved it already.
        """
        moved = self._run("move_watermark", seq=seq, epoch=epoch, mark=mark, token=self._token)
        if moved.fetchone() == (0,):  # rows that were changed
            raise Overtaken(
                "the run history was taken over by another machine while this one did not show up; nothing was changed, "
                "and the facts that wait are that one's"
            )

    def known_runs(self, run_ids: Sequence[RunId]) -> Collection[RunId]:
        """Which of these are in the tables."""
        return {RunId(run_id) for (run_id,) in self._run("find_runs", ids=list(run_ids)).fetchall()}

    def apply(self, rows: Sequence[Row], epoch: str) -> None:
        """Project rows (seq, kind, JSON text) of that ledger, which follow the watermark, in one transaction.

        Raises:
            Overtaken: As `move`; nothing was projected.
        """
        try:
            self._apply(rows, epoch, may_hold_strangers=any(kind not in KINDS for _, kind, _ in rows))
        except (duckdb.ConversionException, duckdb.InvalidInputException):
            # a body that is no JSON: looking for one first would cost every batch
            self._apply(rows, epoch, may_hold_strangers=True)

    def _apply(self, rows: Sequence[Row], epoch: str, *, may_hold_strangers: bool) -> None:
        kinds = {kind for _, kind, _ in rows}
        self.connection.begin()
        try:
            self._fill(rows, may_hold_strangers=may_hold_strangers)
            if kinds & {"run", AGAIN}:
                self._runs("parse_runs_again" if AGAIN in kinds else "parse_runs")
            if "definition" in kinds:
                self._definitions()
            if not kinds.isdisjoint(BASELINES):
                self._insert("baselines", "is_active")
                self._run("activate_baselines")
                self._run("tell_deleted_baselines")
            if "notification" in kinds:
                self._notifications()
            if "event" in kinds:
                self._run("gather_events")
                self._run("delete_events")
                self._insert("events")
            if "incident" in kinds:
                self._incidents()
            if FORGOTTEN in kinds:
                for statement in FORGET:
                    self._run(statement)
            seq, kind, body = rows[-1]
            self.move(seq, epoch, mark_of(kind, body))
            self.connection.commit()
        except (duckdb.Error, Overtaken):
            self._roll_back()
            raise

    def _fill(self, rows: Sequence[Row], *, may_hold_strangers: bool) -> None:
        seqs, kinds, bodies = (list(column) for column in zip(*rows, strict=True))
        self._run("empty_batch")
        self._run("fill_batch", seqs=seqs, kinds=kinds, bodies=bodies)
        if may_hold_strangers:
            self._run("keep_unread", known=list(KINDS))
            self._run("drop_unread", known=list(KINDS))

    def _runs(self, parse: str) -> None:
        structure = {part: [self._columns(part, *FROM_RUN)] for part in RUN_PARTS}
        steps = [self._columns("steps", *FROM_RUN, *FROM_SESSION)]
        structure["sessions"] = [{**structure["sessions"][0], "steps": steps}]
        run = self._columns("automated_runs", "run_seq", "attempts_count", "notifications_sent")
        self._run(parse, columns=json.dumps({"run": run, **structure}))
        for statement in (*FACTS, *ROLLUPS):
            self._run(statement)

    def _definitions(self) -> None:
        self._run("gather_definitions")
        self._run("delete_schedules")
        self._run("delete_triggers")
        for table in ("schedules", "triggers"):
            self._insert(table, "created_at", "created_by")

    def _notifications(self) -> None:
        self._run("gather_notifications")
        self._run("delete_notifications")
        self._insert("notifications", "definition_id")
        self._run("tell_runs_of_notifications")

    def _incidents(self) -> None:
        self._run("gather_incidents")
        self._run("delete_incidents")
        self._insert("incidents")

    def _insert(self, table: str, *supplied: str) -> None:
        self._run(f"insert_{table}", columns=json.dumps(self._columns(table, *supplied)))

    def _columns(self, table: str, *supplied: str) -> Structure:
        """What `from_json` is to read: a fact's keys and their types, without what the statement supplies."""
        key = (table, *supplied)
        if key not in self._known_columns:
            columns = self.connection.execute(
                "SELECT column_name, data_type FROM duckdb_columns() "
                "WHERE table_name = ? AND schema_name = 'main' AND NOT internal",
                [table],
            ).fetchall()
            keys = keys_of(table)
            self._known_columns[key] = {
                keys.get(name, name): [kind.removesuffix("[]")] if kind.endswith("[]") else kind
                for name, kind in columns
                if name not in supplied
            }
        return self._known_columns[key]

    def _run(self, name: str, **parameters: object) -> duckdb.DuckDBPyConnection:
        return self.connection.execute(statements()[name], parameters or None)

    def _roll_back(self) -> None:
        try:
            self.connection.rollback()
        except duckdb.Error:
            return  # a fatal error has ended the transaction already; whoever owns the connection closes it
