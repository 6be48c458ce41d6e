"""Tell again: what the ledgers hold becomes facts once more, for a history that missed some or holds newer ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime

from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.ids import OrgId, RunId
from inspect_pipelines.domain.notification import DeliveryStatus
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.retry import deciding, second_looks, second_thoughts
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.verdict import Verdict, VerdictKind
from inspect_pipelines.facts.alert import incident_facts, notification_facts
from inspect_pipelines.facts.baseline import baseline_facts
from inspect_pipelines.facts.definition import definition_facts
from inspect_pipelines.facts.event import event_facts
from inspect_pipelines.facts.forgotten import FORGOTTEN, forgotten_facts
from inspect_pipelines.facts.run import run_facts
from inspect_pipelines.ports.across import AGAIN, Ledgers
from inspect_pipelines.ports.ledger import Facts, Ledger, LedgerSession

PageOfStates = Callable[[LedgerSession, Position | None], Mapping[Position, Facts | None]]

PAGE = 100  # of one transaction: who ends a run meanwhile waits no longer than for these
KINDS = {
    RunStatus.PASSED: VerdictKind.PASSED,
    RunStatus.FAILED: VerdictKind.FAILED,
    RunStatus.NEEDS_REVIEW: VerdictKind.NEEDS_REVIEW,
}


def tell_again(
    ledgers: Ledgers,
    *,
    known: Callable[[Sequence[RunId]], Collection[RunId]],
    report_url: Callable[[RunId], str],
    at: datetime,
) -> int:
    """Append to the journal what the ledgers hold, oldest first; returns how many runs that were.

    Repeated after a crash it tells some of it twice, which the history takes once.

    Args:
        known: Which of these runs the history has, so that they need not be told.
        report_url: Where a run's report is.
        at: Now.
    """
    with ledgers.read() as across:
        organizations = across.organizations()
    return sum(_of_organization(one, ledgers.of(one), known, report_url, at) for one in organizations)


def _of_organization(
    org_id: OrgId,
    ledger: Ledger,
    known: Callable[[Sequence[RunId]], Collection[RunId]],
    report_url: Callable[[RunId], str],
    at: datetime,
) -> int:
    with ledger.write() as session:
        for definition in session.definitions.all():
            facts = definition_facts(definition, at=at, by="history")
            session.journal.append("definition", facts, at=at)
        for baseline in _active_ones_last(session):
            session.journal.append("baseline", baseline_facts(baseline), at=at)
    runs = _runs(ledger, known, report_url, at)
    for kind, page_of in STATES.items():
        _states(ledger, kind, page_of, at)
    _forgotten(org_id, ledger, at)
    return runs


def _forgotten(org_id: OrgId, ledger: Ledger, at: datetime) -> None:
    """Last: what is not kept goes again, and the sums of its days, which came of it, stay."""
    with ledger.write() as session:
        before = session.expiry.facts_forgotten()
        if before is not None:
            session.journal.append(FORGOTTEN, forgotten_facts(org_id, before), at=at)


def _active_ones_last(session: LedgerSession) -> list[Baseline]:
    """Oldest first, except that the one which is told last of a set is taken for its active one."""
    found = session.baselines.all(with_deleted=True)
    active = {one.id for name in {one.set for one in found} if (one := session.baselines.active(name))}
    return sorted(found, key=lambda one: (one.id in active, one.created_at, one.id))


def _runs(
    ledger: Ledger,
    known: Callable[[Sequence[RunId]], Collection[RunId]],
    report_url: Callable[[RunId], str],
    at: datetime,
) -> int:
    told = 0
    for page in reversed([*_pages(ledger, _ended_ids)]):
        missing = set(page).difference(known(page))
        if missing:
            with ledger.write() as session:
                for facts in _run_facts(
                    session, [one for one in reversed(page) if one in missing], report_url
                ):
                    session.journal.append(AGAIN, facts, at=at)
                    told += 1
    return told


def facts_of(session: LedgerSession, run_id: RunId, *, report_url: str) -> Facts:
    """What the history keeps of a run that has ended, as far as the ledger knows it."""
    (facts,) = _run_facts(session, [run_id], lambda _: report_url)
    return facts


def _run_facts(
    session: LedgerSession, run_ids: Sequence[RunId], report_url: Callable[[RunId], str]
) -> Iterator[Facts]:
    runs = session.runs.of(run_ids)
    sessions, comparisons = session.evidence.sessions_of(run_ids), session.evidence.comparisons_of(run_ids)
    for run_id in run_ids:
        played, compared = sessions.get(run_id, ()), comparisons.get(run_id, ())
        flaky = [*second_thoughts(played), *second_looks(played, compared)]
        yield run_facts(
            runs[run_id],
            session.definitions.find(runs[run_id].definition_id),
            played,
            compared,
            _verdict(runs[run_id], is_flaky=bool(flaky), is_played=bool(deciding(played))),
            baseline_id=None,  # the ledger does not keep which one it was
            report_path=report_url(run_id),
        )


def _verdict(run: Run, *, is_flaky: bool, is_played: bool) -> Verdict:
    kind = KINDS.get(run.status) if is_played else None
    if kind is VerdictKind.PASSED and is_flaky:
        kind = VerdictKind.FLAKY
    return Verdict(kind, run.status, tuple(run.reason.split("\n")))


def _states(ledger: Ledger, kind: str, page_of: PageOfStates, at: datetime) -> None:
    """Tell each one's state as it is when it is told: one that changes meanwhile tells of that itself, later."""
    before: Position | None = None
    while True:
        with ledger.write() as session:
            found = page_of(session, before)
            for facts in found.values():
                if facts is not None:
                    session.journal.append(kind, facts, at=at)
        if not found:
            return
        before = [*found][-1]


def _pages(
    ledger: Ledger, page_of: Callable[[LedgerSession, Position | None], Mapping[Position, RunId]]
) -> Iterator[list[RunId]]:
    before: Position | None = None
    while True:
        with ledger.read() as session:
            found = page_of(session, before)
        if not found:
            return
        yield [*found.values()]
        before = [*found][-1]


def _ended_ids(session: LedgerSession, before: Position | None) -> Mapping[Position, RunId]:
    ended = [status for status in RunStatus if not status.is_open]
    found = session.runs.latest(status=ended, before=before, limit=PAGE)
    return {Position(run.requested_at, run.id): run.id for run in found}


def _events(session: LedgerSession, before: Position | None) -> Mapping[Position, Facts | None]:
    found = session.events.latest(before=before, limit=PAGE)
    return {Position(event.received_at, event.id): event_facts(event) for event in found}


def _incidents(session: LedgerSession, before: Position | None) -> Mapping[Position, Facts | None]:
    found = session.incidents.latest(before=before, limit=PAGE)
    return {Position(one.opened_at, one.id): incident_facts(one) for one in found}


def _notifications(session: LedgerSession, before: Position | None) -> Mapping[Position, Facts | None]:
    """Those that were sent or given up; one that waits tells of its end itself."""
    found = session.outbox.latest(before=before, limit=PAGE)
    return {
        Position(one.created_at, one.id): None
        if one.status is DeliveryStatus.STORED
        else notification_facts(one)
        for one in found
    }


STATES: Mapping[str, PageOfStates] = {
    "event": _events,
    "incident": _incidents,
    "notification": _notifications,
}
