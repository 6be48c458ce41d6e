"""What is asked of a history, whether it is a file of this machine or a lake."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from inspect_pipelines.domain.ids import OrgId, RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.run_filter import RunFilter
from inspect_pipelines.ports.history import Answered, NamedQuery, OldFacts, PastRun, Table
from resources.history.lake import Lake
from resources.history.named import filled, named_queries, named_query
from resources.history.parts import Parts

if TYPE_CHECKING:
    import pandas as pd

    from resources.history.reader import Reader

UPGRADE_SECONDS = 5.0  # for its owner to make the tables of today; what waits is a person


class Asked(ABC):
    """The questions of `ports.History`; who derives it says how fresh the answers are. Every import of DuckDB waits for one.

    Args:
        whole: Where what is asked lies: the published copy, or the lake.
        parts: Of it, for who may ask about one organisation only.
    """

    def __init__(self, whole: Path | Lake, parts: Parts) -> None:
        self._whole = whole
        self._parts = parts

    @abstractmethod
    def _is_there(self) -> bool:
        """Whether there is anything to ask."""

    @abstractmethod
    def _as_published(self) -> str:
        """When it was made as it is now, once it is of this ledger and has the tables of today; RFC 3339, UTC.

        Raises:
            NotFound: It does not come to that.
        """

    @abstractmethod
    def _freshen(self, patience_seconds: float) -> None:
        """Have everything in it that is in the journal now, or as much as the owner manages in this time."""

    def ended_runs(
        self,
        org_id: OrgId,
        wanted: RunFilter = RunFilter(),  # noqa: B008 - it is frozen
        *,
        before: Position | None = None,
        limit: int = 50,
    ) -> list[PastRun]:
        if not self._is_there():
            return []
        self._as_published()
        from resources.history.past_runs import page  # imports DuckDB

        return page(self._reader, org_id, wanted, before=before, limit=limit)

    def ended_run(self, org_id: OrgId, run_id: RunId) -> PastRun | None:
        if not self._is_there():
            return None
        self._as_published()
        from resources.history.past_runs import one  # imports DuckDB

        return one(self._reader, org_id, run_id)

    def old_facts(self, org_id: OrgId, before: datetime) -> OldFacts:
        if not self._is_there():
            return OldFacts()
        self._as_published()
        from resources.history.old_facts import old_facts  # imports DuckDB

        return old_facts(self._reader, org_id, before)

    @cached_property
    def _reader(self) -> Reader:
        from resources.history.reader import Reader  # imports DuckDB

        return Reader(self._whole)

    def query(self, sql: str, *, fresh_within_seconds: float = 5.0) -> Table:
        self._freshen(fresh_within_seconds)
        from resources.history import query  # imports DuckDB

        return query.run(sql, self._whole)

    def save(self, sql: str, file: str, *, fresh_within_seconds: float = 5.0) -> int:
        self._freshen(fresh_within_seconds)
        from resources.history import saving  # imports DuckDB

        return saving.save(sql, self._whole, Path(file))

    def answer(self, org_id: OrgId, sql: str) -> Answered:
        return self._parts.answer(org_id, sql, self._as_published())

    def frame(self, name: str, *, fresh_within_seconds: float = 5.0, **parameters: str | int) -> pd.DataFrame:
        statement = named_query(name, parameters)
        self._freshen(fresh_within_seconds)
        from resources.history import query  # imports DuckDB

        return query.frame(statement, parameters, self._whole)

    def queries(self) -> Sequence[NamedQuery]:
        return list(named_queries().values())

    def statement(self, org_id: OrgId, name: str, given: Mapping[str, str]) -> str:
        return filled(name, org_id, given)

    def export(self, folder: str) -> Mapping[str, int]:
        self._freshen(UPGRADE_SECONDS)
        from resources.history.exporting import export  # imports DuckDB

        return export(self._whole, Path(folder))
