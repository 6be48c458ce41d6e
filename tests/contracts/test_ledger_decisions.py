"""People's words about pictures and the queue of what waits; run over SQLite and a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, a_run, a_view
from inspect_pipelines.domain.ids import BaselineId, DecisionId, RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.review import ReviewState
from inspect_pipelines.domain.said import DecisionKind
from ledger_rows import REVIEW, WORD
from resources.ledger.store import SqlLedger

LATER = NOW + timedelta(hours=1)
EVERYTHING = replace(
    WORD,
    id=DecisionId("d9"),
    kind=DecisionKind.QUARANTINE,
    shown=replace(WORD.shown, old_sha256=None, view=a_view("pay")),
    at=LATER,
    owner="bob",
    until=LATER + timedelta(days=30),
    baseline_id=BaselineId("b1"),
    via="agent claude",
)
PROPOSAL = replace(WORD, id=DecisionId("d8"), is_proposal=True)
REVIEWS = [
    replace(REVIEW, run_id=RunId(a_run(number).id), opened_at=NOW + timedelta(minutes=number // 2))
    for number in range(1, 6)
]


@pytest.fixture
def filled(ledger: SqlLedger) -> SqlLedger:
    with ledger.write() as session:
        for decision in (WORD, PROPOSAL, EVERYTHING):
            session.decisions.add(decision)
        for review in REVIEWS:
            session.review_queue.open(review)
    return ledger


@pytest.mark.parametrize("decision", [WORD, PROPOSAL, EVERYTHING])
def test_a_decision_is_kept_as_it_was_said(filled: SqlLedger, decision) -> None:
    with filled.read() as session:
        assert session.decisions.find(decision.id) == decision


def test_what_holds_about_a_view_leaves_proposals_and_withdrawn_words_out(filled: SqlLedger) -> None:
    views = [WORD.shown.view, EVERYTHING.shown.view]
    with filled.write() as session:
        assert session.decisions.about(WORD.set, views) == [WORD, EVERYTHING]
        assert session.decisions.about(WORD.set, views[:1]) == [WORD]
        assert session.decisions.about("another set", views) == []

        assert session.decisions.withdraw(WORD.id, by="user:eve", at=LATER)
        assert not session.decisions.withdraw(WORD.id, by="user:bob", at=LATER)

        assert session.decisions.about(WORD.set, views) == [EVERYTHING]
        taken_back = replace(WORD, withdrawn_at=LATER, withdrawn_by="user:eve")
        assert session.decisions.of_runs([WORD.run_id]) == {WORD.run_id: [taken_back, PROPOSAL, EVERYTHING]}
        assert session.decisions.of_runs([]) == {}


def test_who_follows_a_word_is_known_once(filled: SqlLedger) -> None:
    with filled.write() as session:
        for run_id in ("r2", "r1", "r2"):
            session.decisions.follow([WORD.id], RunId(run_id))

        assert session.decisions.followers(WORD.id) == ["r1", "r2"]
        assert session.decisions.followers(EVERYTHING.id) == []


def test_the_queue_comes_newest_first_a_page_at_a_time(filled: SqlLedger) -> None:
    with filled.read() as session:
        whole = session.review_queue.latest(ReviewState.WAITING)
        pages, before = [], None
        while page := session.review_queue.latest(before=before, limit=2):
            pages += page
            before = Position(page[-1].opened_at, page[-1].run_id)

    assert whole == pages == REVIEWS[::-1]


def test_a_newer_run_takes_the_place_of_what_nobody_decided(filled: SqlLedger) -> None:
    first, second, third, fourth, _ = REVIEWS
    with filled.write() as session:
        session.review_queue.mark(first.run_id, ReviewState.DECIDED)
        session.review_queue.supersede(REVIEW.definition_id, "another branch", by=fourth.run_id)
        session.review_queue.supersede(REVIEW.definition_id, REVIEW.context, by=third.run_id)
        session.review_queue.supersede(REVIEW.definition_id, REVIEW.context, by=fourth.run_id)
        session.review_queue.mark(second.run_id, ReviewState.DECIDED)
        found = [session.review_queue.find(one.run_id) for one in REVIEWS]

        assert [one.state.value for one in found if one] == [
            "decided",
            "superseded",
            "superseded",
            "waiting",
            "waiting",
        ]
        assert [one.superseded_by for one in found[1:3] if one] == [fourth.run_id] * 2
        assert session.review_queue.waiting_in(REVIEW.set) == REVIEWS[3:]
        assert session.review_queue.find(RunId("nope")) is None


def test_a_review_is_opened_once(filled: SqlLedger) -> None:
    with filled.write() as session:
        session.review_queue.mark(REVIEWS[0].run_id, ReviewState.DECIDED)
        session.review_queue.open(REVIEWS[0])

        found = session.review_queue.find(REVIEWS[0].run_id)

    assert found is not None
    assert found.state is ReviewState.DECIDED
