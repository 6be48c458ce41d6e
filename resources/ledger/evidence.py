"""Evidence: what the sessions of a run saw and how it compared, kept for reports and later adoption."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache

import sqlalchemy as sa

from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import OrgId, RunId, Sha256
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.errors import NotFound
from inspect_pipelines.stored.comparisons import COMPARISONS, Comparisons
from inspect_pipelines.stored.session import SESSION
from resources.ledger.owned import Owned
from resources.ledger.tables import insert, run_comparisons, run_sessions, runs

# What a person goes through is read anew with each step, and takes 50 ms of 1,000 views; a text and what it says never change.
REMEMBERED = 8  # texts of each kind, of a megabyte or less


class SqlEvidence(Owned):
    def save_session(self, run_id: RunId, result: SessionResult, *, position: int | None = None) -> None:
        self._require(run_id)
        played = sa.select(sa.func.count()).where(*_of(run_sessions, self._org_id, run_id))
        changing = {"result": SESSION.dump(result), "shas": _joined(_shas_of_session(result))}
        statement = insert(self._connection, run_sessions).values(
            org_id=self._org_id,
            run_id=run_id,
            id=result.id,
            position=played.scalar_subquery() if position is None else position,
            **changing,
        )
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["org_id", "run_id", "id"], set_=changing)
        )

    def sessions(self, run_id: RunId) -> list[SessionResult]:
        query = (
            sa.select(run_sessions.c.result)
            .where(*_of(run_sessions, self._org_id, run_id))
            .order_by(run_sessions.c.position, run_sessions.c.id)
        )
        return [_session(text) for text in self._connection.scalars(query)]

    def sessions_of(self, run_ids: Collection[RunId]) -> Mapping[RunId, list[SessionResult]]:
        kept = run_sessions.c
        query = (
            sa.select(kept.run_id, kept.result)
            .where(kept.org_id == self._org_id, kept.run_id.in_(run_ids))
            .order_by(kept.position, kept.id)
        )
        found: dict[RunId, list[SessionResult]] = {}
        for run_id, text in self._connection.execute(query):
            found.setdefault(RunId(run_id), []).append(SESSION.load(text))
        return found

    def save_comparisons(self, run_id: RunId, comparisons: Sequence[Comparison]) -> None:
        self._require(run_id)
        changing = {
            "comparisons": COMPARISONS.dump(Comparisons(tuple(comparisons))),
            "shas": _joined(_shas_of_comparisons(comparisons)),
        }
        statement = insert(self._connection, run_comparisons).values(
            org_id=self._org_id, run_id=run_id, **changing
        )
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["org_id", "run_id"], set_=changing)
        )

    def comparisons(self, run_id: RunId) -> list[Comparison]:
        query = sa.select(run_comparisons.c.comparisons).where(*_of(run_comparisons, self._org_id, run_id))
        text = self._connection.scalar(query)
        return [] if text is None else list(_comparisons(text).all)

    def comparisons_of(self, run_ids: Collection[RunId]) -> Mapping[RunId, list[Comparison]]:
        kept = run_comparisons.c
        query = sa.select(kept.run_id, kept.comparisons).where(
            kept.org_id == self._org_id, kept.run_id.in_(run_ids)
        )
        return {
            RunId(run_id): list(COMPARISONS.load(text).all)
            for run_id, text in self._connection.execute(query)
        }

    def _require(self, run_id: RunId) -> None:
        known = sa.select(runs.c.id).where(runs.c.org_id == self._org_id, runs.c.id == run_id)
        if self._connection.scalar(known) is None:
            raise NotFound(f"run {run_id!r} does not exist; list them with: inspect-pipelines runs")


@lru_cache(maxsize=REMEMBERED)
def _session(text: str) -> SessionResult:
    return SESSION.load(text)


@lru_cache(maxsize=REMEMBERED)
def _comparisons(text: str) -> Comparisons:
    return COMPARISONS.load(text)


def _of(table: sa.Table, org_id: OrgId, run_id: RunId) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.org_id == org_id, table.c.run_id == run_id


def _shas_of_session(result: SessionResult) -> Iterable[Sha256 | None]:
    yield from (shot.sha256 for shot in result.screenshots)
    yield from (finding.screenshot for finding in result.findings)
    yield from (file.sha256 for file in result.files)
    if result.beside is not None:
        yield from (shot.sha256 for shot in result.beside.screenshots)
        yield from (finding.screenshot for finding in result.beside.findings)


def _shas_of_comparisons(comparisons: Sequence[Comparison]) -> Iterable[Sha256 | None]:
    for comparison in comparisons:
        yield from comparison.pictures


def _joined(shas: Iterable[Sha256 | None]) -> str:
    return " ".join(sorted({sha for sha in shas if sha}))
