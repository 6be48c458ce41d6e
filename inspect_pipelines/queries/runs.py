"""Runs: the list, open ones from the ledger and ended ones from the history as one order."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import islice

from inspect_pipelines.domain.decision import PARTLY
from inspect_pipelines.domain.ids import DefinitionId, OrgId, RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.review import CANCEL_REQUESTED, WITHDRAWN
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.run_filter import RunFilter, about
from inspect_pipelines.domain.teardown import TIDIED_LATE
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.history import PastRun
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.queries.page import Page, page_of, position_of


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run as every list shows it; what only the ledger keeps is None of runs that only the history knows."""

    id: RunId
    org_id: OrgId
    origin: str
    definition_id: DefinitionId
    definition_kind: str  # schedule | trigger
    nominal_at: datetime  # UTC, as all of them
    requested_at: datetime
    timeout_minutes: int | None
    status: RunStatus
    reason: str
    variables: Mapping[str, str] | None
    requested_by: str
    dagster_run_id: str | None
    retry_of: RunId | None
    buffered_at: datetime | None
    claimed_at: datetime | None
    deadline_at: datetime | None
    completed_at: datetime | None
    took_seconds: float | None  # of work; None while it does, or when it never began
    reviewed_as: str | None  # a person's last word about it
    report: str  # where its page is, or will be
    selection: str  # the part of its plan that it plays, as options of a command; empty: all of it
    against: str = ""  # the live address that it was compared with; empty: what was approved


KEPT_BY_BOTH = tuple(
    ({field.name for field in fields(RunSummary)} & {field.name for field in fields(PastRun)}) - {"selection"}
)

Decisions = Sequence[tuple[str, str, str]]  # (decision, by, detail) of people about a run, oldest first


def list_runs(
    house: House,
    *,
    definition_id: DefinitionId | None = None,
    kind: str | None = None,
    status: Collection[RunStatus] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    repo: str | None = None,
    branch: str | None = None,
    environment: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[RunSummary]:
    """A page of runs, newest first by (requested_at, id).

    The history is asked when the ledger's part ends before the page does: runs leave the ledger from the oldest on, and
    not before they are published. What both hold is the ledger's, so it does not matter how far the history is behind.
    A history that cannot be read is the page's problem, not an error: what is newer is there all the same.

    Args:
        house: Ports.
        definition_id: Only this one's; None: any.
        kind: Only of a `schedule`, or of a `trigger`.
        status: Only these; None: any.
        since: Requested then or later.
        until: Requested before.
        repo: `owner/name` of the event, or of the plan where no event says one.
        branch: Likewise.
        environment: Of the event's deploy.
        cursor: Where a page before ended; None: the newest.
        limit: The most on a page.

    Raises:
        UsageError: The cursor is none.
    """
    before = position_of(cursor)
    with house.ledger.read() as ledger:
        is_about = [repo, branch, environment] != [None, None, None]
        definitions = ledger.definitions.all() if is_about else []
        wanted = RunFilter(
            definition_id,
            kind,
            status,
            since,
            until,
            about(definitions, repo=repo, branch=branch, environment=environment),
        )
        kept = ledger.runs.matching(wanted, before=before, limit=limit + 1)
        past: Sequence[PastRun] = []
        problem = ""
        if len(kept) <= limit:
            try:
                past = house.history.ended_runs(house.org_id, wanted, before=before, limit=limit + 1)
            except InspectError as error:
                problem = f"older runs may be missing: {error}"
        found = [*islice(_one_order(house, kept, past), limit + 1)]
        decisions = ledger.reviews.of_runs([run.id for run in found])
    reviewed = [replace(run, reviewed_as=reviewed_as(decisions.get(run.id, ())) or None) for run in found]
    return page_of(reviewed, limit, lambda run: Position(run.requested_at, run.id), problem=problem)


def runs_of_ids(house: House, run_ids: Collection[RunId]) -> list[RunSummary]:
    """Those of them that the ledger still keeps, in their order."""
    with house.ledger.read() as ledger:
        kept = ledger.runs.of(run_ids)
        return summaries(house, ledger, [kept[one] for one in run_ids if one in kept])


def summary(house: House, run: Run, decisions: Decisions = ()) -> RunSummary:
    """A run of the ledger, with what people decided about it."""
    return _summary(house, run, run.buffered_at, reviewed_as(decisions) or None)


def past_summary(house: House, run: PastRun) -> RunSummary:
    """A run that only the history has."""
    return _summary(house, run)


def summaries(house: House, ledger: LedgerSession, runs: Iterable[Run]) -> list[RunSummary]:
    """Runs of the ledger in the same order, with what people decided; one statement however many they are."""
    found = [*runs]
    decisions = ledger.reviews.of_runs([run.id for run in found])
    return [summary(house, run, decisions.get(run.id, ())) for run in found]


def reviewed_as(decisions: Decisions) -> str:
    """The last decision about a run's outcome, empty when there is none; wishing for its end is none, and neither is one of a part."""
    words = (decision for decision, _, _ in reversed(decisions))
    last = next(
        (one for one in words if one not in (CANCEL_REQUESTED, TIDIED_LATE) and not one.startswith(PARTLY)),
        "",
    )
    return "" if last == WITHDRAWN else last


def _one_order(house: House, kept: Sequence[Run], past: Sequence[PastRun]) -> Iterable[RunSummary]:
    """Both, newest first; what both hold is the ledger's."""
    known = {run.id for run in kept}
    return heapq.merge(
        (summary(house, run) for run in kept),
        (_summary(house, run) for run in past if run.id not in known),
        key=lambda run: Position(run.requested_at, run.id),
        reverse=True,
    )


def _summary(
    house: House, run: Run | PastRun, buffered_at: datetime | None = None, review: str | None = None
) -> RunSummary:
    took = None
    if run.claimed_at is not None and run.completed_at is not None:
        took = (run.completed_at - run.claimed_at).total_seconds()
    return RunSummary(
        **{name: getattr(run, name) for name in KEPT_BY_BOTH},
        org_id=house.org_id,
        buffered_at=buffered_at,
        took_seconds=took,
        reviewed_as=review,
        report=house.reports.url(run.id),
        selection=str(run.selection),
    )
