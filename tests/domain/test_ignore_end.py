from __future__ import annotations

from datetime import date, timedelta

import pytest

from books import Books
from builders import a_playbook, a_session
from ends import QA
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.ignore import Ignore
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.playbook import FindingRules
from inspect_pipelines.domain.run import RunStatus

UNTIL = date(2026, 11, 22)  # the books begin on that day
ADS = Ignore("the ads are broken, ticket 12", url="https://ads.test/**", until=UNTIL)
MAPS = Ignore("maps are slow", kinds=(FindingKind.SLOW,), until=UNTIL)
FOR_GOOD = Ignore("it is a demo", text="demo")
PLAYED = {"status": RunStatus.PASSED, "sessions": (a_session(),)}


@pytest.fixture
def books() -> Books:
    books = Books()
    playbook = a_playbook(findings=FindingRules(ignore=(ADS, MAPS, FOR_GOOD)))
    books.define(playbooks=(playbook,))
    return books


def test_people_hear_once_when_entries_have_ended_and_what_they_were_for(books: Books) -> None:
    told = [books.end(**PLAYED, after=timedelta(hours=each)) for each in (1, 24, 1)]

    assert [len(each) for each in told] == [0, 1, 0]
    (note,) = told[1]
    assert note.target in QA.targets
    assert note.title == "Nightly shop: ignored findings count again"
    assert "shop ignored findings until 2026-11-22 because the ads are broken, ticket 12" in note.text
    assert "shop ignored findings until 2026-11-22 because maps are slow; they count again" in note.text
    assert "demo" not in note.text


def test_nobody_hears_of_it_by_a_run_that_did_not_play(books: Books) -> None:
    assert books.end(RunStatus.SKIPPED, "overlap: run 1 is still open", after=timedelta(days=3)) == []


def test_it_is_told_to_people_and_not_to_a_commit(books: Books) -> None:
    rules = (
        NotifyRule(RuleEvent.ON_SUCCESS, ("email:boss@acme.test",)),
        NotifyRule(RuleEvent.ON_FAILURE, ("github", "email:qa@acme.test")),
    )
    playbook = a_playbook(findings=FindingRules(ignore=(ADS,)))
    books.define(*rules, playbooks=(playbook,))

    told = books.end(**PLAYED, after=timedelta(days=3))

    assert [note.target for note in told if "count again" in note.title] == ["email:qa@acme.test"]
