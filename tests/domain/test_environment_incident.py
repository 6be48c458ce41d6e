"""One incident of all definitions that another environment touches."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from books import Books
from builders import ENVIRONMENT, NOW, a_screenshot, a_session
from builders_of_incidents import an_incident
from ends import NIGHTLY, QA
from inspect_pipelines.domain.approval import Approval, approved
from inspect_pipelines.domain.environment_change import CHANGED, id_of
from inspect_pipelines.domain.environment_incident import AGAIN, come_back, gone_back
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus

WEEKLY = "weekly-blog"
ASKS = NotifyRule(RuleEvent.ON_NEEDS_REVIEW, QA.targets)
REASON = f"{CHANGED}browser 'Chromium 156' became 'Chromium 157'"
THERE = [a_session(screenshots=(a_screenshot(environment=replace(ENVIRONMENT, browser="Chromium 157")),))]


@pytest.fixture
def books() -> Books:
    """Both definitions have asked."""
    books = Books()
    for name in (NIGHTLY, WEEKLY):
        books.define(ASKS, definition_id=name)
    heard = [asked(books, name) for name in (NIGHTLY, WEEKLY)]
    assert [len(one) for one in heard] == [1, 0]
    return books


def asked(books: Books, name: str) -> list[Notification]:
    return books.end(RunStatus.NEEDS_REVIEW, REASON, definition_id=name, sessions=THERE)


def state(books: Books) -> list[tuple[bool, tuple[str, ...]]]:
    return [(one.is_open, one.definitions) for one in books.incidents()]


def test_its_message_says_what_one_word_does_and_leads_to_its_page() -> None:
    books = Books()
    books.organization = replace(books.organization, public_url="https://qa.acme.example")
    books.define(ASKS, definition_id=NIGHTLY)

    (note,) = asked(books, NIGHTLY)

    name = id_of(REASON.removeprefix(CHANGED))
    assert note.message is not None
    assert note.message.lines[0] == (
        f"it may touch every definition, and one word accepts it for all of them: inspect-pipelines environments show {name}"
    )
    first, *_ = note.message.links
    assert (first.label, first.url) == ("environment", f"https://qa.acme.example/environments/{name}")


def test_it_stays_until_the_last_definition_passes(books: Books) -> None:
    books.define(definition_id="other")
    books.end(RunStatus.PASSED, definition_id="other")
    assert state(books) == [(True, (NIGHTLY, WEEKLY))]

    assert books.end(RunStatus.PASSED, definition_id=NIGHTLY) == []
    assert state(books) == [(True, (WEEKLY,))]

    assert books.end(RunStatus.PASSED, definition_id=WEEKLY) == [], "the other host may have the next run"
    assert state(books) == [(False, (WEEKLY,))]


def test_a_person_who_adopts_one_definition_speaks_for_that_one(books: Books) -> None:
    first, second = (end.run.id for end in books.ends)

    assert books.adopt(first) == []
    assert state(books) == [(True, (WEEKLY,))]

    assert len(books.adopt(second)) == 1
    assert [is_open for is_open, _ in state(books)] == [False]


def test_a_person_who_accepts_the_environment_speaks_for_all(books: Books) -> None:
    word = Approval(frozenset(), is_whole=False, is_mended=False, is_of_environment=True)

    heard = books.keep(approved(books.reviewed(books.ends[0].run.id), None, word, by="user:ada", at=books.at))

    assert len(heard) == 1
    assert [is_open for is_open, _ in state(books)] == [False]


FRESH = an_incident(scope="environment:abc")
TOLD = replace(FRESH, announced_at=NOW, told_at=NOW, told=("slack:#qa",))


def back(last: Incident | None, days: float = 1) -> Incident:
    return come_back(FRESH, last, at=NOW + timedelta(days=days))


def test_what_came_back_is_known_to_whoever_heard_of_it() -> None:
    last = gone_back(TOLD, "run 7 passed", at=NOW)

    assert (last.is_open, last.resolution) == (False, "went back: run 7 passed")
    assert back(last) == replace(FRESH, announced_at=NOW, told_at=NOW, told=("slack:#qa",))


def test_it_is_told_as_new_after_a_week_or_where_a_person_had_settled_it_or_nobody_had_heard() -> None:
    last = gone_back(TOLD, "run 7 passed", at=NOW)

    assert back(last, days=AGAIN.days) == FRESH
    assert back(replace(last, resolution="accepted by ada")) == FRESH
    assert back(gone_back(FRESH, "run 7 passed", at=NOW)) == FRESH
    assert back(None) == FRESH
