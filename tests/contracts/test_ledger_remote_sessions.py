"""What is kept of agents' sessions, over every database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from builders import a_run
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.remote_session import RemoteSession, RemoteStatus
from resources.ledger.store import SqlLedger

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
FIRST = RemoteSession("r1.1", "r1", "shop", "Nightly [run:r1] [session:r1.1]", AT)
SECOND = replace(FIRST, id="r1.2", opened_at=AT + timedelta(minutes=1))


def test_what_sessions_cost_is_summed_by_definition_from_a_time_on(
    ledger: SqlLedger, theirs: SqlLedger
) -> None:
    nightly, other = a_run(1), replace(a_run(2), definition_id=DefinitionId("other"))
    sessions = [
        replace(FIRST, id="1", run_id=nightly.id, cost_usd=0.5),
        replace(FIRST, id="2", run_id=nightly.id, cost_usd=0.25, opened_at=AT + timedelta(hours=1)),
        replace(FIRST, id="3", run_id=nightly.id, cost_usd=9.0, opened_at=AT - timedelta(seconds=1)),
        replace(FIRST, id="4", run_id=nightly.id),  # nobody told
        replace(FIRST, id="5", run_id=other.id, cost_usd=0.125),
    ]
    with ledger.write() as session:
        for run in (nightly, other):
            session.runs.request(run)
        for each in sessions:
            session.remote_sessions.save(each)

    with ledger.read() as session:
        assert session.remote_sessions.cost_since(AT) == {nightly.definition_id: 0.75, "other": 0.125}
        assert session.remote_sessions.cost_since(AT + timedelta(days=1)) == {}
    with theirs.read() as session:
        assert session.remote_sessions.cost_since(AT) == {}


def test_a_session_is_kept_and_replaced(ledger: SqlLedger, theirs: SqlLedger) -> None:
    later = replace(
        FIRST,
        remote_id="s1",
        message_id="m1",
        status=RemoteStatus.ENDED,
        pictures=8,
        cost_usd=0.42,
        ended_at=AT + timedelta(minutes=5),
        is_archived=True,
        url="https://inspect.example/session/s1",
    )
    with ledger.write() as session:
        session.remote_sessions.save(FIRST)
        session.remote_sessions.save(SECOND)
        assert session.remote_sessions.find("r1.1") == FIRST
        session.remote_sessions.save(later)

    with ledger.read() as session:
        kept = session.remote_sessions
        assert kept.find("r1.1") == later
        assert kept.find("r9.1") is None
        assert kept.open() == [SECOND]
        assert kept.of_runs([RunId("r1")]) == [later, SECOND]
        assert kept.of_runs([RunId("r2")]) == []
        assert kept.latest(1) == [SECOND]
    with theirs.read() as session:
        assert (session.remote_sessions.find("r1.1"), session.remote_sessions.latest(9)) == (None, [])
