"""The numbers of a journal's rows: what they mean, and how a ledger that was restored gets new ones."""

from __future__ import annotations

from datetime import timedelta

import pytest

from builders import NOW, a_run
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.ports.across import Numbers

WEEK = timedelta(days=7)


@pytest.fixture
def filled(ledger, ledgers):
    """Three rows: two runs and an event between them."""
    with ledger.write() as session:
        for kind, body in (("run", {"n": 1}), ("event", {"n": 2}), ("run", {"n": 3})):
            session.journal.append(kind, body, at=NOW - WEEK)
    return ledgers


def numbers(ledgers) -> Numbers:
    with ledgers.read() as session:
        return session.journal.numbers()


def test_the_newest_number_is_known_also_when_its_row_is_gone(filled):
    epoch = numbers(filled).epoch

    with filled.write() as session:
        session.journal.prune(before=NOW, up_to_seq=3)

    assert numbers(filled) == Numbers(epoch, pruned=3, head=3)


def test_only_rows_that_went_count_as_pruned(filled):
    epoch = numbers(filled).epoch

    with filled.write() as session:
        session.journal.prune(before=NOW - WEEK, up_to_seq=3)
        session.journal.prune(before=NOW, up_to_seq=2)
        session.journal.prune(before=NOW, up_to_seq=1)

    assert numbers(filled) == Numbers(epoch, pruned=2, head=3)


def test_a_row_is_told_from_another_one_of_its_number(filled):
    with filled.read() as session:
        marks = [session.journal.mark(seq) for seq in (1, 2, 3, 4)]

    assert marks[3] is None
    assert len(set(marks)) == 4


def test_rows_that_are_numbered_anew_keep_their_order_and_say_that_they_may_be_known(filled, ledger):
    epoch = numbers(filled).epoch

    with filled.write() as session:
        session.journal.renumber(behind=10)

    with filled.read() as session:
        told = session.journal.after(10)
        assert session.journal.after(0) == told
    assert [(kind, body) for _, kind, body in told] == [
        ("run_again", '{"n":1}'),
        ("event", '{"n":2}'),
        ("run_again", '{"n":3}'),
    ]
    assert numbers(filled) == Numbers(epoch, pruned=10, head=told[-1][0])
    with ledger.write() as session:
        assert session.journal.append("run", {}, at=NOW) > told[-1][0]


def test_rows_may_be_numbered_anew_again_and_before_any_was_told(filled, ledgers):
    for behind in (2, 50, 51):
        with filled.write() as session:
            session.journal.renumber(behind=behind)

    with filled.read() as session:
        seqs = [seq for seq, _, _ in session.journal.after(51)]
    assert (len(seqs), sorted(set(seqs))) == (3, seqs)


def test_an_empty_journal_goes_on_behind_the_number(ledgers, ledger):
    with ledgers.write() as session:
        session.journal.renumber(behind=7)

    assert (numbers(ledgers).pruned, numbers(ledgers).head) == (7, 7)
    with ledger.write() as session:
        assert session.journal.append("run", {}, at=NOW) == 8


def test_every_organisation_that_has_rows_is_known(ledgers):
    for org_id in ("beta", "acme"):
        with ledgers.of(OrgId(org_id)).write() as session:
            session.runs.request(a_run(org_id=OrgId(org_id)))

    with ledgers.read() as session:
        assert session.organizations() == ["acme", "beta", DEFAULT_ORG]
