from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from books import Books
from builders import NOW, a_session
from ends import QA
from history_builders import a_comparison
from inspect_pipelines.domain.ids import DecisionId
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.said import DecisionKind, Said

UNTIL = NOW + timedelta(days=10)
HELD = Said(DecisionId("d1"), DecisionKind.QUARANTINE, "user:ada", NOW, UNTIL, "bob")
ACCEPTED = Said(DecisionId("d2"), DecisionKind.ACCEPT, "user:ada", NOW)
SHOWN = [a_comparison(passed=True, said=HELD), a_comparison("pay", passed=True, said=ACCEPTED)]
PLAYED = {"status": RunStatus.PASSED, "sessions": (a_session(),), "comparisons": SHOWN}


@pytest.fixture
def books() -> Books:
    books = Books()
    books.define(
        NotifyRule(RuleEvent.ON_SUCCESS, ("github",)), NotifyRule(RuleEvent.ON_FAILURE, ("github",)), QA
    )
    return books


def test_people_hear_once_a_week_before_its_end_and_who_looks_after_it(books: Books) -> None:
    told = [books.end(**PLAYED, after=timedelta(days=each)) for each in (2, 2, 1)]

    assert [len(each) for each in told] == [0, 1, 0]
    (note,) = told[1]
    assert note.target in QA.targets
    assert note.title == "Nightly shop: a quarantine ends soon"
    assert "shop/home@desktop is quarantined until 2026-12-02" in note.text
    assert "bob looks after it" in note.text


def test_a_change_that_is_ignored_for_a_while_is_announced_a_week_before_it_counts_again(
    books: Books,
) -> None:
    ignored = replace(HELD, decision_id=DecisionId("d3"), kind=DecisionKind.IGNORE, owner="")
    for_ever = replace(ignored, decision_id=DecisionId("d4"), until=None)
    shown = [a_comparison(passed=True, said=ignored), a_comparison("pay", passed=True, said=for_ever)]

    told = [books.end(**PLAYED | {"comparisons": shown}, after=timedelta(days=each)) for each in (2, 2, 1)]

    assert [len(each) for each in told] == [0, 1, 0]
    (note,) = told[1]
    assert note.title == "Nightly shop: a change counts again soon"
    assert "shop/home@desktop is ignored until 2026-12-02" in note.text
    assert "ada said so" in note.text
