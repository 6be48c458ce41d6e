"""What came of events, in every ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, a_merge, a_run, a_trigger
from inspect_pipelines.domain.answer import Answer, AnswerKind
from inspect_pipelines.domain.context import context_of
from inspect_pipelines.domain.debounce import Batch, joined, opened
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, EventId
from inspect_pipelines.domain.run import SkipReason, event_origin
from inspect_pipelines.domain.trigger import Debounce
from inspect_pipelines.errors import NotFound
from resources.ledger.store import SqlLedger

TRIGGER = a_trigger(debounce=Debounce(timedelta(minutes=1), timedelta(minutes=5)))


def a_decision(number: int = 1, **changes: object) -> Answer:
    decision = Answer(
        DEFAULT_ORG,
        EventId(f"e{number}"),
        TRIGGER.id,
        AnswerKind.STARTED,
        "changed path 'a'",
        NOW + timedelta(seconds=number),
        batch_id="b1",
    )
    return replace(decision, **changes)


def a_batch(number: int = 1, **changes: object) -> Batch:
    event = a_merge(number)
    return replace(
        opened(f"b{number}", event, TRIGGER, context_of(event, ()), now=event.received_at), **changes
    )


def an_events_run(number: int = 1):
    event = a_merge(number)
    return a_run(number, origin=event_origin(event.id, TRIGGER.id), definition_id=TRIGGER.id)


def test_a_decision_is_kept_once_for_each_event_trigger_and_replay(ledger: SqlLedger) -> None:
    first, again = a_decision(), a_decision(outcome=AnswerKind.NO)
    other, replayed = (
        a_decision(trigger_id=DefinitionId("other")),
        a_decision(2, event_id=EventId("e1"), replay="r1"),
    )
    with ledger.write() as session:
        added = [session.answers.add(one) for one in (first, again, other)]
        session.answers.add_all([replayed, again])
        session.answers.add_all([])

    with ledger.read() as session:
        assert added == [True, False, True]
        assert session.answers.of_event(EventId("e1")) == [other, first, replayed]
        assert session.answers.decided(EventId("e1"), "") == {"other", TRIGGER.id}
        assert session.answers.decided(EventId("e1"), "r2") == set()
        assert session.answers.latest(TRIGGER.id, limit=1) == [replayed]


def test_a_key_has_one_open_batch_which_others_join(ledger: SqlLedger) -> None:
    batch = a_batch()
    with ledger.write() as session:
        session.batches.add(batch)
    with pytest.raises(Exception, match=r"(?i)unique"), ledger.write() as session:
        session.batches.add(a_batch(2))
    taken = joined(batch, context_of(a_merge(2), ()), TRIGGER.debounce, now=NOW + timedelta(seconds=30))
    with ledger.write() as session:
        session.batches.save(taken)

    with ledger.read() as session:
        assert session.batches.waiting(TRIGGER.id, batch.key) == taken
        assert session.batches.waiting(TRIGGER.id, "other") is None
        assert session.batches.open() == [taken]
        assert session.batches.find(batch.id) == taken
        assert session.batches.due(taken.due_at - timedelta(seconds=1)) == []
        assert session.batches.due(taken.due_at) == [taken]


def test_a_closed_batch_is_joined_while_its_run_is_pending(ledger: SqlLedger) -> None:
    batch, run = a_batch(), an_events_run()
    with ledger.write() as session:
        session.batches.add(batch)
        session.answers.add(a_decision())
        session.runs.request(run)
        session.batches.close(batch, run.id)

    with ledger.read() as session:
        assert session.batches.due(NOW + timedelta(days=1)) == []
        assert session.batches.waiting(TRIGGER.id, batch.key) == batch.closed(run.id)
        assert [d.run_id for d in session.answers.of_run(run.id)] == [run.id]
    with ledger.write() as session:
        session.runs.claim(run.claimed("d1", now=NOW))
        session.batches.add(a_batch(2))
    with ledger.read() as session:
        assert session.batches.waiting(TRIGGER.id, batch.key) == a_batch(2)


def test_a_dropped_batch_leaves_a_no(ledger: SqlLedger) -> None:
    batch = a_batch()
    with ledger.write() as session:
        session.batches.add(batch)
        session.answers.add(a_decision())
        session.batches.drop(batch, "it is gone")

    with ledger.read() as session:
        (decision,) = session.answers.of_event(EventId("e1"))
        assert (decision.outcome, decision.reason) == (AnswerKind.NO, "it is gone")
        assert session.batches.open() == []


def test_a_batch_that_was_never_opened_cannot_be_joined(ledger: SqlLedger) -> None:
    with pytest.raises(NotFound, match="batch 'b1' was never opened"), ledger.write() as session:
        session.batches.save(a_batch())


def test_a_pending_run_can_be_told_more_and_a_claimed_one_cannot(ledger: SqlLedger) -> None:
    run = an_events_run()
    with ledger.write() as session:
        session.runs.request(run)
        before = session.runs.inform(run.id, {"pr_number": "2"})
        session.runs.claim(replace(run, variables={}).claimed("d1", now=NOW))
        after = session.runs.inform(run.id, {"pr_number": "3"})

    with ledger.read() as session:
        assert (before, after) == (True, False)
        assert session.runs.find(run.id).variables == {"pr_number": "2"}


def test_runs_of_events_that_wait_for_their_launch_are_found(ledger: SqlLedger) -> None:
    waits, claimed, buffered, skipped = (an_events_run(number) for number in (1, 2, 3, 4))
    tick, batch = a_run(5), replace(a_run(6), origin="batch:b6")
    with ledger.write() as session:
        for run in (waits, claimed, buffered, skipped, tick, batch):
            session.runs.request(run)
        session.runs.claim(claimed.claimed("d1", now=NOW))
        session.runs.buffer(buffered.buffered(now=NOW))
        session.runs.conclude(skipped.skipped(SkipReason.PAUSE, "", now=NOW))

    with ledger.read() as session:
        found = session.runs.pending(("event:", "batch:"))
        assert [run.id for run in found] == [waits.id, batch.id]


def test_the_open_runs_of_a_key_are_told_oldest_first(ledger: SqlLedger) -> None:
    with ledger.write() as session:
        for number in (1, 2, 3):
            run = session.runs.request(an_events_run(number))
            batch = a_batch(number, key="k" if number < 3 else "other")
            session.batches.add(batch)
            session.batches.close(batch, run.id)
        ended = an_events_run(4)
        session.runs.request(ended)
        session.batches.add(a_batch(4, key="k"))
        session.batches.close(a_batch(4, key="k"), ended.id)
        session.runs.conclude(ended.skipped(SkipReason.PAUSE, "", now=NOW))

    with ledger.read() as session:
        assert session.batches.played(TRIGGER.id, "k") == [an_events_run(1).id, an_events_run(2).id]
        assert session.batches.played(DefinitionId("other"), "k") == []
