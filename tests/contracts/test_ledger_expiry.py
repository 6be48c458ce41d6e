"""What of a ledger is old enough to go, over both databases; another organisation's rows never are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

import ledger_rows
from builders import NOW, a_baseline, a_merge, a_run, a_session, a_sha
from history_builders import a_comparison
from inspect_pipelines.domain.event import EventStatus
from inspect_pipelines.domain.ids import DEFAULT_ORG, BaselineId, OrgId, RunId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.review import Review, ReviewState
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.ledger import LedgerSession
from resources.ledger.store import SqlLedgers

LATER = NOW + timedelta(days=1)
OTHER = OrgId("other")


def an_ended(ledger: LedgerSession, number: int, status: RunStatus, **changes: object) -> Run:
    run = a_run(number, **changes)
    ledger.runs.request(run)
    ledger.evidence.save_session(run.id, a_session())
    ledger.evidence.save_comparisons(run.id, [a_comparison()])
    ended = replace(run, status=status, reason="so", completed_at=NOW + timedelta(minutes=number))
    ledger.runs.conclude(ended)
    return ended


def test_runs_that_ended_before_and_wait_for_nobody_are_thinned_and_emptied_once(ledgers: SqlLedgers) -> None:
    with ledgers.of(DEFAULT_ORG).write() as ledger:
        passed = an_ended(ledger, 1, RunStatus.PASSED)
        failed = an_ended(ledger, 2, RunStatus.FAILED)
        asks = an_ended(ledger, 3, RunStatus.NEEDS_REVIEW)
        ledger.review_queue.open(Review(DEFAULT_ORG, asks.id, asks.definition_id, "nightly-shop", "", NOW))
        ledger.runs.request(a_run(4))
    with ledgers.of(OTHER).write() as ledger:
        an_ended(ledger, 5, RunStatus.PASSED, org_id=OTHER)

    with ledgers.of(DEFAULT_ORG).write() as ledger:
        assert ledger.expiry.to_thin(ended_before=NOW) == {}
        assert ledger.expiry.to_thin(ended_before=LATER) == {passed.id: True, failed.id: False}
        assert ledger.expiry.to_bare(ended_before=LATER) == [passed.id, failed.id]
        ledger.expiry.thin({passed.id: [], failed.id: [a_sha("c")]}, at=LATER)
        assert ledger.expiry.to_thin(ended_before=LATER) == {}
        assert ledger.expiry.to_bare(ended_before=LATER) == [failed.id]
        sizes = ledger.expiry.to_empty(ended_before=LATER)
        assert list(sizes) == [passed.id, failed.id]
        assert all(size > 100 for size in sizes.values())
        ledger.review_queue.mark(asks.id, ReviewState.DECIDED)
        assert list(ledger.expiry.to_thin(ended_before=LATER)) == [asks.id]
    with ledgers.read() as across:
        of_asks = {a_sha("b"), a_sha("c"), a_sha("d"), a_session().screenshots[0].sha256}
        assert across.pictures.referenced(but_runs={(OTHER, RunId(a_run(5).id))}) == of_asks
        assert across.pictures.referenced(but_runs={(OTHER, RunId(a_run(5).id)), (DEFAULT_ORG, asks.id)}) == {
            a_sha("c")
        }

    with ledgers.of(DEFAULT_ORG).write() as ledger:
        ledger.expiry.empty([passed.id, failed.id], at=LATER)
        assert list(ledger.expiry.to_empty(ended_before=LATER)) == [asks.id]
        assert ledger.evidence.sessions(passed.id) == ledger.evidence.comparisons(failed.id) == []
        assert ledger.expiry.emptied_at(passed.id) == LATER
        assert ledger.expiry.emptied_at(asks.id) is None
    with ledgers.of(OTHER).read() as ledger:
        assert ledger.evidence.sessions(a_run(5).id) == [a_session()]


def test_a_baseline_s_pictures_go_long_after_it_was_replaced_but_never_those_that_a_person_approved_last(
    ledgers: SqlLedgers,
) -> None:
    def baseline(number: int, by: str) -> BaselineId:
        one = a_baseline(id=BaselineId(f"b{number}"), created_at=NOW + timedelta(hours=number), created_by=by)
        with ledgers.of(DEFAULT_ORG).write() as ledger:
            ledger.runs.request(a_run())
            ledger.baselines.add(one)
        return one.id

    first, by_ada, by_rule, _ = (
        baseline(number, by)
        for number, by in enumerate(("user:bo", "user:ada", "policy:auto", "policy:auto"))
    )
    with ledgers.of(DEFAULT_ORG).write() as ledger:
        assert ledger.expiry.to_release(retired_before=NOW + timedelta(hours=1)) == []
        assert ledger.expiry.to_release(retired_before=NOW + timedelta(hours=1, seconds=1)) == [first]
        assert ledger.expiry.to_release(retired_before=LATER) == [first, by_rule]
        ledger.baselines.activate(by_rule, at=NOW)
        ledger.expiry.release([first, by_rule], at=LATER)
        assert ledger.expiry.to_release(retired_before=LATER) == [BaselineId("b3")]
        with pytest.raises(Refused, match="its pictures are kept no more"):
            ledger.baselines.activate(first, at=NOW)
        ledger.baselines.activate(by_ada, at=NOW)


def test_decided_events_and_messages_that_wait_for_nothing_are_forgotten_with_what_came_of_them(
    ledgers: SqlLedgers,
) -> None:
    with ledgers.of(DEFAULT_ORG).write() as ledger:
        ledger_rows.fill(ledger)
        ledger.events.save(replace(ledger_rows.EVENT, status=EventStatus.DECIDED))
        ledger.events.add(a_merge(2))
        alone = ledger_rows.BYGONE_MESSAGE
        ledger.outbox.store(alone)
        at = ledger_rows.LATER + timedelta(days=400)

        assert ledger.expiry.events(before=ledger_rows.EVENT.received_at) == []
        assert ledger.expiry.events(before=at) == [ledger_rows.EVENT.id], "one that nobody has decided stays"
        assert ledger.expiry.messages(before=alone.created_at) == []
        messages = ledger.expiry.messages(before=at)
        ledger.expiry.forget_events([ledger_rows.EVENT.id])
        ledger.expiry.forget_messages(messages)

        assert ledger.events.find(ledger_rows.EVENT.id) is None
        assert ledger.answers.of_event(ledger_rows.EVENT.id) == []
        assert ledger.events.find(a_merge(2).id) is not None
        left = {one.id: one for one in ledger.outbox.latest()}
        assert alone.id in messages
        assert not left.keys() & set(messages)
        assert {ledger_rows.DUE.id, ledger_rows.HELD.id} <= left.keys(), "they wait"
        assert all(left[one].incident_id for one in left.keys() - {ledger_rows.DUE.id, ledger_rows.HELD.id})


def test_until_when_facts_were_forgotten_is_an_organisations_own_and_never_less(ledgers: SqlLedgers):
    for org_id in (DEFAULT_ORG, OTHER):
        with ledgers.of(org_id).write() as ledger:
            ledger.organizations.save(Organization(org_id), at=NOW)

    with ledgers.of(DEFAULT_ORG).write() as ledger:
        never = ledger.expiry.facts_forgotten()
        ledger.expiry.forget_facts(before=LATER)
        ledger.expiry.forget_facts(before=NOW)

    with ledgers.of(DEFAULT_ORG).read() as ledger:
        assert (never, ledger.expiry.facts_forgotten()) == (None, LATER)
    with ledgers.of(OTHER).read() as ledger:
        assert ledger.expiry.facts_forgotten() is None
