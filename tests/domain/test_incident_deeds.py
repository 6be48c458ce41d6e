from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from books import Books
from builders import NOW, a_schedule
from builders_of_incidents import an_ended_run, an_incident
from ends import NIGHTLY, QA, heard
from inspect_pipelines.domain.alerting import Alerting
from inspect_pipelines.domain.cause import CauseKind
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.incident_deeds import Affair, acknowledged, deleted, stayed_away
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import Refused
from resources.channels.registry import CHANNELS

HOUR = timedelta(hours=1)
RECOVERY = NotifyRule(RuleEvent.ON_RECOVERY, ("email:good@acme.com",))


@pytest.fixture
def books() -> Books:
    """A cause that has come and gone twice, and is away now."""
    books = Books()
    books.define(QA, RECOVERY)
    for status in (RunStatus.FAILED, RunStatus.PASSED) * 2:
        told = books.end(status, after=timedelta(minutes=10))
    assert heard(told) == [("flapping", "slack:#qa")]
    return books


def test_what_stayed_away_for_the_flap_window_is_over_and_everybody_hears_of_that_once(books: Books) -> None:
    early = books.wait(11 * HOUR)
    told = books.wait(HOUR)

    assert (early, heard(told)) == ([], [("resolved", "slack:#qa"), ("resolved", "email:good@acme.com")])
    assert books.wait(HOUR) == []


def test_those_alone_hear_of_it_who_had_heard_when_its_definition_is_gone(books: Books) -> None:
    del books.definitions[NIGHTLY]

    assert heard(books.wait(12 * HOUR)) == [("resolved", "slack:#qa")]


def test_a_commit_that_failed_does_not_turn_green_because_time_goes_by() -> None:
    """A rule `on_recovery: github` made the code host hear of a quiet incident's end as of the failed run's success."""
    books = Books()
    books.define(QA, replace(RECOVERY, targets=(*RECOVERY.targets, "github")))
    for status in (RunStatus.FAILED, RunStatus.PASSED) * 2:
        books.end(status, after=timedelta(minutes=10), variables={"repo": "acme/shop", "head_sha": "0123abc"})

    told = books.wait(12 * HOUR)

    assert [note.target for note in told] == ["slack:#qa", "email:good@acme.com"]


def test_who_waits_for_approvals_hears_of_a_quiet_review_only_when_it_was_told() -> None:
    review = an_incident(kind=CauseKind.REVIEW, announced_at=NOW, is_flapping=True, quiet_since=NOW)
    affair = Affair(review, an_ended_run(), a_schedule())

    after = stayed_away(affair, Alerting(), at=NOW + 12 * HOUR)

    assert after is not None
    assert (after.incidents[0].is_open, after.mail.told) == (False, ())


def test_an_incident_whose_run_is_forgotten_is_left_as_it_is_by_time_and_told_of_by_nobody() -> None:
    forgotten = Affair(an_incident(told=("slack:#qa",), quiet_since=NOW), None, None)

    gone = deleted(forgotten, a_schedule(), by="user:ada", at=NOW)

    assert stayed_away(forgotten, Alerting(), at=NOW + 99 * HOUR) is None
    assert ([one.is_open for one in gone.incidents], gone.mail.told) == ([False], ())


def test_those_places_show_who_looks_after_it_that_can() -> None:
    told = an_incident(told=("slack:#qa", "pagerduty", "email:qa@acme.com"))

    after = acknowledged(Affair(told, an_ended_run(), a_schedule()), CHANNELS, by="user:ada", at=NOW)

    assert heard(after.mail.told) == [("acknowledged", "slack:#qa"), ("acknowledged", "pagerduty")]
    assert after.incidents[0].acknowledged_by == "user:ada"


def test_what_is_over_needs_nobody_who_looks_after_it() -> None:
    over = an_incident(resolved_at=NOW, resolution="run 9 passed")

    with pytest.raises(Refused, match="is resolved already"):
        acknowledged(Affair(over, an_ended_run(), None), CHANNELS, by="user:ada", at=NOW)


def test_a_deleted_definitions_incident_is_over_unless_another_one_fails_by_it_too() -> None:
    books = Books()
    books.define()
    books.define(definition_id="hourly-shop")
    books.end(RunStatus.ERROR, "no answer")
    books.end(RunStatus.ERROR, "no answer", definition_id="hourly-shop")

    first, second = books.delete(NIGHTLY), books.delete("hourly-shop")

    assert (first, heard(second)) == ([], [("resolved", "slack:#qa")])
    (incident,) = books.incidents()
    assert incident.definitions == (DefinitionId("hourly-shop"),)
    assert incident.resolution == "'hourly-shop' was deleted by ada"
