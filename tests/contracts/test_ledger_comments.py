"""Comments on views and requests for a review: what holds over SQLite and PostgreSQL alike."""

from __future__ import annotations

from dataclasses import replace

import ledger_rows
from builders import NOW, a_run
from inspect_pipelines.domain.ids import CommentId
from inspect_pipelines.domain.review import ReviewState
from ledger_rows import ASKED_FOR, COMMENT, LATER, NIGHTLY, REVIEW, RUNNING


def test_an_open_comment_shows_on_later_runs_and_a_resolved_one_where_it_was_pinned(ledger):
    later = a_run(7).id
    settled = replace(COMMENT, id=CommentId("c2"), at=LATER)
    other_set = replace(COMMENT, id=CommentId("c3"), set="elsewhere", run_id=a_run(8).id)
    with ledger.write() as session:
        for each in (COMMENT, settled, other_set):
            session.comments.add(each)

        assert session.comments.resolve(settled.id, by="user:bob", at=LATER)
        assert not session.comments.resolve(settled.id, by="user:eve", at=LATER)

    settled = replace(settled, resolved_at=LATER, resolved_by="user:bob")
    with ledger.read() as session:
        assert session.comments.on(NIGHTLY.id, later) == [COMMENT]
        assert session.comments.on(NIGHTLY.id, RUNNING.id) == [COMMENT, settled]
        assert session.comments.find(settled.id) == settled
        assert session.comments.find(CommentId("nothing")) is None


def test_a_comment_is_reopened_and_all_of_it_is_in_the_audit(ledger):
    with ledger.write() as session:
        session.comments.add(COMMENT)
        assert not session.comments.reopen(COMMENT.id, by="user:bob", at=LATER)
        session.comments.resolve(COMMENT.id, by="user:bob", at=LATER)
        assert session.comments.reopen(COMMENT.id, by="user:eve", at=LATER)

    with ledger.read() as session:
        assert session.comments.find(COMMENT.id) == COMMENT
        said = [one[2] for one in session.audit.latest() if one[2].startswith("comment.")]
        assert sorted(said) == ["comment.pinned", "comment.reopened", "comment.resolved"]


def test_members_are_asked_once_and_see_what_waits_for_them(ledger):
    bob = replace(ASKED_FOR, login="bob", at=LATER)
    with ledger.write() as session:
        session.runs.request(a_run(2))
        session.review_queue.open(REVIEW)
        assert session.review_requests.ask(ASKED_FOR)
        assert not session.review_requests.ask(replace(ASKED_FOR, by="user:eve"))
        assert session.review_requests.ask(bob)

    with ledger.read() as session:
        assert session.review_requests.of_runs([RUNNING.id, a_run(9).id]) == {RUNNING.id: [ASKED_FOR, bob]}
        assert session.review_requests.waiting_for("ada") == [RUNNING.id]
        assert session.review_requests.waiting_for("eve") == []

    with ledger.write() as session:
        assert session.review_requests.release(RUNNING.id, "bob", by="user:ada", at=NOW)
        assert not session.review_requests.release(RUNNING.id, "bob", by="user:ada", at=NOW)
        session.review_queue.mark(RUNNING.id, ReviewState.DECIDED)
        assert session.review_requests.waiting_for("ada") == []
        assert ledger_rows.RUNNING.id in session.review_requests.of_runs([RUNNING.id])
