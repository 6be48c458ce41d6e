from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from books import Books
from builders import NOW, a_session
from ends import QA
from inspect_pipelines.domain.access import AccessToken, Permission
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus

SCOPES = frozenset({Permission.RUNS_READ})
PLAYED = {"status": RunStatus.PASSED, "sessions": (a_session(),)}


def a_token(days: float, name: str = "deploys", *, life: int = 90) -> AccessToken:
    ends = NOW + timedelta(days=days)
    made = ends - timedelta(days=life)
    return AccessToken(DEFAULT_ORG, f"t-{name}", name, "ada", SCOPES, "a" * 64, made, "user:ada", ends)


@pytest.fixture
def books() -> Books:
    books = Books()
    books.define(QA)
    return books


def told(books: Books, *days: float) -> list[int]:
    """How many messages runs make that end so many days after now."""
    at, found = 0.0, []
    for each in days:
        found.append(len(books.end(**PLAYED, after=timedelta(days=each - at))))
        at = each
    return found


def test_people_hear_thirty_ten_and_three_days_before_and_once_each(books: Books) -> None:
    books.tokens = (a_token(40),)

    assert told(books, 1, 11, 12, 29, 31, 36, 38, 39.5, 41) == [0, 1, 0, 0, 1, 0, 1, 0, 0]


def test_the_message_says_which_token_whose_and_when(books: Books) -> None:
    books.tokens = (a_token(40), a_token(40.5, "laptop"))

    (note,) = books.end(**PLAYED, after=timedelta(days=39))

    assert note.target in QA.targets
    assert note.title == "Nightly shop: a token ends soon"
    assert "the token 'deploys' of ada ends at 2027-01-01 07:00 UTC, in 1 day" in note.text
    assert "the token 'laptop' of ada" in note.text
    assert "tokens create NAME --name PURPOSE" in note.text


def test_a_last_day_is_not_told_as_none(books: Books) -> None:
    books.tokens = (a_token(0.5),)

    (note,) = books.end(**PLAYED)

    assert "within a day" in note.text


def test_one_that_was_made_for_some_days_is_not_announced_as_soon_as_it_is_there(books: Books) -> None:
    books.tokens = (a_token(3, life=3), a_token(9, "trial", life=10), a_token(0.4, "hour", life=1))

    assert told(books, 0) == [0]
    assert told(books, 6.5) == [1]


def test_one_that_was_revoked_or_has_ended_is_no_news(books: Books) -> None:
    books.tokens = (replace(a_token(2), revoked_at=NOW, revoked_by="user:eve"), a_token(-1, "gone"))

    assert told(books, 0) == [0]


def test_where_nobody_hears_of_failures_the_next_run_that_somebody_hears_of_tells_it() -> None:
    books = Books()
    books.define(
        NotifyRule(RuleEvent.ON_SUCCESS, ("slack:#qa",)), NotifyRule(RuleEvent.ON_FAILURE, ("github",))
    )
    books.tokens = (a_token(2),)
    silent = [note for note in books.end(**PLAYED) if "token" in note.title]
    books.define(QA)

    assert silent == []
    assert len(books.end(**PLAYED)) == 1
