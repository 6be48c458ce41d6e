"""What is kept of agents' sessions, over every database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.remote_session import RemoteSession, RemoteStatus
from resources.ledger.store import SqlLedger

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
FIRST = RemoteSession("r1.1", "r1", "shop", "Nightly [run:r1] [session:r1.1]", AT)
SECOND = replace(FIRST, id="r1.2", opened_at=AT + timedelta(minutes=1))


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
