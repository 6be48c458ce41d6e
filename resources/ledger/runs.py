"""Runs: requested once per origin, claimed once, concluded once."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from inspect_pipelines.domain.branch import BASE_BRANCH, HEAD_BRANCH
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.run_filter import About, RunFilter
from resources.ledger.keyset import newest_first
from resources.ledger.owned import Owned
from resources.ledger.run_rows import run_of, values_of
from resources.ledger.run_variables import variable_of
from resources.ledger.tables import OPEN, UtcTime, definitions, insert, runs

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

# Made once: building a statement costs as much as running it, and every run's end passes here.
CONCLUDE = (
    sa.update(runs)
    .where(
        runs.c.org_id == sa.bindparam("of_org"),
        runs.c.id == sa.bindparam("of_id"),
        sa.or_(*(runs.c.status == status for status in OPEN)),
    )
    .values(
        status=sa.bindparam("new_status"),
        reason=sa.bindparam("new_reason"),
        completed_at=sa.bindparam("new_completed_at"),
    )
)


class SqlRuns(Owned):
    def request(self, run: Run) -> Run:
        self._own(run)
        statement = insert(self._connection, runs).values(**values_of(run), allow_overlap=False)
        self._connection.execute(statement.on_conflict_do_nothing(index_elements=["org_id", "origin"]))
        stored = self.by_origin(run.origin)
        assert stored is not None  # inserted just now, or the reason why it was not
        return stored

    def find(self, run_id: RunId) -> Run | None:
        return self._one(sa.select(runs).where(runs.c.org_id == self._org_id, runs.c.id == run_id))

    def by_origin(self, origin: str) -> Run | None:
        return self._one(sa.select(runs).where(runs.c.org_id == self._org_id, runs.c.origin == origin))

    def by_dagster_run(self, dagster_run_id: str) -> Run | None:
        query = sa.select(runs).where(runs.c.org_id == self._org_id, runs.c.dagster_run_id == dagster_run_id)
        return self._one(query.order_by(runs.c.id).limit(1))

    def holder(self, definition_id: DefinitionId) -> Run | None:
        query = sa.select(runs).where(
            runs.c.org_id == self._org_id,
            runs.c.definition_id == definition_id,
            runs.c.status == RunStatus.RUNNING.value,
        )
        return self._one(query.order_by(runs.c.claimed_at, runs.c.id).limit(1))

    def open(self) -> list[Run]:
        query = sa.select(runs).where(runs.c.org_id == self._org_id, runs.c.status.in_(OPEN))
        return self._all(query.order_by(runs.c.requested_at, runs.c.id))

    def latest(
        self,
        *,
        definition_id: DefinitionId | None = None,
        status: RunStatus | Collection[RunStatus] | None = None,
        since: datetime | None = None,
        before: Position | None = None,
        limit: int = 50,
        only_whole: bool = False,
    ) -> list[Run]:
        wanted = [status] if isinstance(status, RunStatus) else status
        filtered = RunFilter(definition_id, status=wanted, since=since, only_whole=only_whole)
        return self.matching(filtered, before=before, limit=limit)

    def matching(self, wanted: RunFilter, *, before: Position | None = None, limit: int = 50) -> list[Run]:
        query = sa.select(runs).where(runs.c.org_id == self._org_id)
        if wanted.definition_id is not None:
            query = query.where(runs.c.definition_id == wanted.definition_id)
        if wanted.kind is not None:
            query = query.where(runs.c.definition_kind == wanted.kind)
        if wanted.status is not None:
            query = query.where(runs.c.status.in_([one.value for one in wanted.status]))
        if wanted.since is not None:
            query = query.where(runs.c.requested_at >= wanted.since)
        if wanted.until is not None:
            query = query.where(runs.c.requested_at < wanted.until)
        if wanted.only_whole:
            query = query.where(runs.c.selection == "")
        query = query.where(*(self._is_about(one) for one in wanted.about))
        return self._all(newest_first(query, runs.c.requested_at, runs.c.id, before=before, limit=limit))

    def _is_about(self, about: About) -> sa.ColumnElement[bool]:
        of_event = variable_of(self._connection, about.variable)
        of_plan = sa.and_(of_event.is_(None), runs.c.definition_id.in_(about.definitions))
        says = [of_event == about.value, of_plan]
        if about.variable == BASE_BRANCH:  # of a pull request both sides are meant
            says.append(variable_of(self._connection, HEAD_BRANCH) == about.value)
        return sa.or_(*says)

    def last_of_each(self, limit: int = 1) -> Mapping[DefinitionId, list[Run]]:
        of_one = sa.select(runs.c.requested_at).where(
            runs.c.org_id == definitions.c.org_id, runs.c.definition_id == definitions.c.id
        )
        nth = of_one.order_by(runs.c.requested_at.desc()).limit(1).offset(limit - 1).scalar_subquery()
        since = sa.func.coalesce(nth, sa.literal(LONG_AGO, UtcTime))  # fewer than that: all of them
        each = sa.select(definitions.c.id, since.label("since")).where(definitions.c.org_id == self._org_id)
        wanted = each.subquery()
        query = sa.select(runs).join(
            wanted,
            sa.and_(
                runs.c.org_id == self._org_id,
                runs.c.definition_id == wanted.c.id,
                runs.c.requested_at >= wanted.c.since,
            ),
        )
        found: dict[DefinitionId, list[Run]] = {}
        for run in self._all(query.order_by(runs.c.requested_at.desc(), runs.c.id.desc())):
            last = found.setdefault(run.definition_id, [])
            if len(last) < limit:  # several may have been requested at the same moment
                last.append(run)
        return found

    def of(self, run_ids: Collection[RunId]) -> Mapping[RunId, Run]:
        query = sa.select(runs).where(runs.c.org_id == self._org_id, runs.c.id.in_(run_ids))
        return {run.id: run for run in self._all(query)}

    def of_dagster_runs(self, dagster_run_ids: Collection[str]) -> Mapping[str, Run]:
        query = sa.select(runs).where(
            runs.c.org_id == self._org_id, runs.c.dagster_run_id.in_(dagster_run_ids)
        )
        return {run.dagster_run_id or "": run for run in self._all(query.order_by(runs.c.id.desc()))}

    def with_prefix(self, prefix: str, limit: int = 5) -> list[Run]:
        query = sa.select(runs).where(
            runs.c.org_id == self._org_id, runs.c.id.startswith(prefix, autoescape=True)
        )
        return self._all(query.order_by(runs.c.requested_at.desc(), runs.c.id.desc()).limit(limit))

    def newest_origin(self, prefix: str) -> Run | None:
        query = sa.select(runs).where(
            runs.c.org_id == self._org_id,
            runs.c.origin.between(f"{prefix}0", f"{prefix}9"),  # the unique index finds it without a scan
            runs.c.origin.startswith(prefix, autoescape=True),  # PostgreSQL's order may skip over ':' and '-'
        )
        return self._one(query.order_by(runs.c.origin.desc()).limit(1))

    def counts(self) -> Mapping[DefinitionId, int]:
        query = (
            sa.select(runs.c.definition_id, sa.func.count())
            .where(runs.c.org_id == self._org_id)
            .group_by(runs.c.definition_id)
        )
        return {
            DefinitionId(definition_id): count for definition_id, count in self._connection.execute(query)
        }

    def retries(self, run_id: RunId) -> int:
        query = (
            sa.select(sa.func.count())
            .select_from(runs)
            .where(runs.c.org_id == self._org_id, runs.c.retry_of == run_id)
        )
        return self._connection.execute(query).scalar_one()

    def retries_of(self, run_id: RunId) -> list[Run]:
        query = sa.select(runs).where(runs.c.org_id == self._org_id, runs.c.retry_of == run_id)
        return self._all(query.order_by(runs.c.requested_at, runs.c.id))

    def claim(self, run: Run, *, allow_overlap: bool = False) -> bool:
        self._own(run)
        statement = (
            sa.update(runs)
            .where(
                runs.c.org_id == self._org_id,
                runs.c.id == run.id,
                runs.c.dagster_run_id.is_(None),
                runs.c.status == RunStatus.PENDING.value,
            )
            .values(
                status=run.status.value,
                dagster_run_id=run.dagster_run_id,
                claimed_at=run.claimed_at,
                deadline_at=run.deadline_at,
                allow_overlap=allow_overlap,
            )
        )
        try:
            with self._connection.begin_nested():  # PostgreSQL ends a whole transaction on a violation
                return self._connection.execute(statement).rowcount == 1
        except sa.exc.IntegrityError:
            return False  # the definition's slot is held

    def buffer(self, run: Run) -> bool:
        self._own(run)
        stored = self._connection.execute(
            sa.update(runs)
            .where(
                runs.c.org_id == self._org_id, runs.c.id == run.id, runs.c.status == RunStatus.PENDING.value
            )
            .values(buffered_at=run.buffered_at)
        )
        return stored.rowcount == 1

    def inform(self, run_id: RunId, variables: Mapping[str, str]) -> bool:
        stored = self._connection.execute(
            sa.update(runs)
            .where(
                runs.c.org_id == self._org_id, runs.c.id == run_id, runs.c.status == RunStatus.PENDING.value
            )
            .values(variables=json.dumps(dict(variables)))
        )
        return stored.rowcount == 1

    def pending(self, prefixes: Sequence[str], limit: int = 100) -> list[Run]:
        query = sa.select(runs).where(
            runs.c.org_id == self._org_id,
            runs.c.status == RunStatus.PENDING.value,
            runs.c.buffered_at.is_(None),
            runs.c.dagster_run_id.is_(None),
            sa.or_(*(runs.c.origin.startswith(prefix, autoescape=True) for prefix in prefixes)),
        )
        return self._all(query.order_by(runs.c.requested_at, runs.c.id).limit(limit))

    def buffered(self) -> list[Run]:
        query = sa.select(runs).where(
            runs.c.org_id == self._org_id,
            runs.c.status == RunStatus.PENDING.value,
            runs.c.buffered_at.is_not(None),
        )
        return self._all(query.order_by(runs.c.requested_at, runs.c.id))

    def conclude(self, run: Run) -> bool:
        self._own(run)
        values = {
            "of_org": self._org_id,
            "of_id": run.id,
            "new_status": run.status.value,
            "new_reason": run.reason,
            "new_completed_at": run.completed_at,
        }
        return self._connection.execute(CONCLUDE, values).rowcount == 1

    def _one(self, query: sa.Select[tuple[object, ...]]) -> Run | None:
        row = self._connection.execute(query).one_or_none()
        return None if row is None else run_of(row)

    def _all(self, query: sa.Select[tuple[object, ...]]) -> list[Run]:
        return [run_of(row) for row in self._connection.execute(query)]
