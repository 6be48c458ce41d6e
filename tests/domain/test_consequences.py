from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from books import Books
from builders import a_finding, a_screenshot, a_session, a_sha
from ends import NIGHTLY, QA, heard
from history_builders import a_comparison
from inspect_pipelines.domain.budget import Budget
from inspect_pipelines.domain.comparison import Outcome
from inspect_pipelines.domain.consequences import of_end, used_minutes
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.ids import DEFAULT_ORG, BaselineId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.plan import BaselinePolicy, NotifyRule, RuleEvent
from inspect_pipelines.domain.repair import Place, Repair, RepairStatus
from inspect_pipelines.domain.repair_notice import may_be_mended
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import SessionStatus
from inspect_pipelines.domain.target import Target
from inspect_pipelines.domain.verdict import Verdict, VerdictKind

MINUTE = timedelta(minutes=1)
PASSED = Verdict(VerdictKind.PASSED, RunStatus.PASSED, ("as approved",))
OPS = NotifyRule(RuleEvent.ON_BUDGET, ("email:ops@acme.test", "github"))


@pytest.fixture
def books() -> Books:
    books = Books()
    books.define()
    return books


def test_the_same_values_always_mean_the_same(books: Books) -> None:
    books.end()
    end = books.ends[-1]
    before = books.before(end)

    assert of_end(end, before) == of_end(end, before)


# minutes and budgets


def test_a_runs_minutes_count_in_the_month_in_which_it_was_claimed(books: Books) -> None:
    books.end(
        took=40 * MINUTE, after=timedelta(days=9) - timedelta(hours=6.5)
    )  # 00:30 on the first of December

    assert books.last.minutes is not None
    assert (books.last.minutes.month, books.last.minutes.minutes) == ("2026-11", 40.0)


def test_what_never_began_has_used_nothing(books: Books) -> None:
    books.end(RunStatus.SKIPPED, "overlap: run 1 is still open")

    assert used_minutes(books.last_run(), at=books.at) is None
    assert books.last.minutes is None


def test_each_level_of_a_budget_is_warned_of_once_and_to_whom_the_organisation_says(books: Books) -> None:
    books.define(organization=Organization(DEFAULT_ORG, budget=Budget(100), budget_rule=OPS))
    passed = {"status": RunStatus.PASSED, "after": 2 * timedelta(hours=1)}

    told = [books.end(**passed, took=minutes * MINUTE) for minutes in (49, 1, 24, 16, 9)]

    assert [[(note.target, note.text.partition("\n")[0]) for note in one] for one in told] == [
        [],
        [
            (
                "email:ops@acme.test",
                "organisation 'default' has used 50 of its 100 run-minutes of 2026-11 (50 %)",
            )
        ],
        [],
        [
            (
                "email:ops@acme.test",
                "organisation 'default' has used 90 of its 100 run-minutes of 2026-11 (90 %)",
            )
        ],
        [],
    ]
    assert sorted(key.rpartition(":")[2] for key in books.notices) == ["50", "75", "90"]


def test_without_such_a_rule_those_hear_who_hear_of_failures(books: Books) -> None:
    books.define(replace(QA, mention=("@qa",)), OPS, budget_minutes=10)

    (note,) = books.end(RunStatus.PASSED, took=6 * MINUTE)

    assert (note.target, note.mentions, note.event) == ("slack:#qa", ("@qa",), RuleEvent.ON_BUDGET)
    assert note.text.startswith("'nightly-shop' has used 6 of its 10 run-minutes of 2026-11 (60 %)")


def test_minutes_of_another_month_are_no_reason_to_warn(books: Books) -> None:
    books.define(budget_minutes=10)

    told = books.end(
        RunStatus.PASSED, took=20 * MINUTE, after=timedelta(days=9) - timedelta(hours=6, minutes=50)
    )

    assert told == []


def test_dollars_for_agents_that_run_out_are_told_in_their_own_words(books: Books) -> None:
    books.define(QA, budget_usd=10.0)
    books.used_usd = {NIGHTLY: 7.6}

    (note,) = books.end(RunStatus.PASSED)
    again = books.end(RunStatus.PASSED)

    assert note.text.startswith(
        "'nightly-shop' has used 7.60 of its 10.00 US dollars for agents of 2026-11 (76 %)"
    )
    assert "at 100 % no agent is given another session" in note.text
    assert "scheduled runs are skipped" not in note.text
    assert again == []


def test_each_repair_that_is_proposed_is_a_message_of_its_own(books: Books) -> None:
    books.define(QA)
    lost = a_finding(kind=FindingKind.ACTION, message="click #pay: could not be done within 30 s: found none")
    place = Place("pay", 0, "click", Target(selector="#pay"), Target(text="Pay"))
    wanted = [("1", RepairStatus.PROPOSED), ("2", RepairStatus.REFUSED), ("3", RepairStatus.PROPOSED)]
    books.repairs = tuple(
        Repair(name, "r", "shop", "pay", lost.message, status, books.at, places=(place,))
        for name, status in wanted
    )
    failed = a_session(status=SessionStatus.FAILED, findings=(lost,))

    told = [note for note in books.end(sessions=[failed]) if "an agent proposes a repair" in note.title]
    again = [note for note in books.end(sessions=[failed]) if "an agent proposes a repair" in note.title]

    assert ["repairs accept 1" in told[0].text, "repairs accept 3" in told[1].text] == [True, True]
    assert (len(told), again) == (2, [])
    assert [may_be_mended(end) for end in books.ends] == [True, True]


# what is told once


@pytest.mark.parametrize(
    ("reason", "again_after"),
    [("queue_timeout: it waited", 60 * MINUTE), ("budget: it is used up", timedelta(days=1))],
)
def test_of_many_skips_for_one_cause_people_hear_of_the_first(books: Books, reason, again_after) -> None:
    skips = [books.end(RunStatus.SKIPPED, reason, after=MINUTE) for _ in range(3)]
    later = books.end(RunStatus.SKIPPED, reason, after=again_after)

    assert [heard(one) for one in (*skips, later)] == [
        [("notice", "slack:#qa")],
        [],
        [],
        [("notice", "slack:#qa")],
    ]


# a definition that keeps breaking


def test_three_errors_in_a_row_pause_a_definition_and_say_how_to_resume_it(books: Books) -> None:
    books.end(RunStatus.ERROR, "because\nof this")
    second = books.end(RunStatus.ERROR, "because")
    (note,) = books.end(RunStatus.ERROR, "because\nof that")

    assert second == []
    assert (
        "'nightly-shop' is paused by schedule:auto: its last 3 runs all ended as 'error', the last one: because; "
        "when it is mended: inspect-pipelines schedules resume nightly-shop"
    ) in note.text
    assert [pause.definition_id for pause in books.pauses] == [NIGHTLY]
    books.end(RunStatus.ERROR, "because")
    assert len(books.pauses) == 1, "it holds already"


def test_a_site_that_fails_never_pauses_its_watch(books: Books) -> None:
    for _ in range(9):
        books.end(RunStatus.FAILED)

    assert books.pauses == []


# pictures that the plan accepts by itself


def seen(sha: str = "a") -> list:
    return [a_session(screenshots=(a_screenshot(sha256=a_sha(sha)),))]


def test_a_first_run_adopts_itself_where_the_plan_says_so(books: Books) -> None:
    books.define(baseline=BaselinePolicy(first_run="adopt"))

    books.end(RunStatus.PASSED, verdict=PASSED, sessions=seen())

    assert books.baseline is not None
    assert (books.baseline.created_by, books.baseline.id) == ("policy:first_run", "b1")


def test_the_same_pixels_in_other_bytes_move_the_baseline_where_the_plan_says_so(books: Books) -> None:
    books.define(baseline=BaselinePolicy(first_run="adopt", update_on_success=True))
    books.end(RunStatus.PASSED, verdict=PASSED, sessions=seen())
    same = [a_comparison(outcome=Outcome.UNCHANGED, passed=True, new_sha256=a_sha("b"))]
    within = [a_comparison(outcome=Outcome.UNCHANGED, passed=True, score=0.001)]
    same_pixels = {"score": 0.0, "layout_px": 0, "changed_ratio": 0.0}
    moved = [a_comparison(outcome=Outcome.UNCHANGED, passed=True, **same_pixels)]

    books.end(RunStatus.PASSED, verdict=PASSED, sessions=seen(), comparisons=same)
    stays = books.last.baseline
    books.end(RunStatus.PASSED, verdict=PASSED, sessions=seen("c"), comparisons=within)
    stays_too = books.last.baseline
    books.end(RunStatus.PASSED, verdict=PASSED, sessions=seen("c"), comparisons=moved)

    assert (stays, stays_too) == (None, None)
    assert books.baseline is not None
    assert (books.baseline.created_by, books.baseline.id) == ("policy:update_on_success", "b4")
    (image,) = books.baseline.images.values()
    assert image.sha256 == a_sha("c")
    assert image.anchor is not None
    assert image.anchor.sha256 != image.sha256


@pytest.mark.parametrize(
    ("policy", "verdict"),
    [
        (BaselinePolicy(first_run="review"), PASSED),
        (BaselinePolicy(first_run="adopt", enabled=False), PASSED),
        (BaselinePolicy(first_run="adopt"), replace(PASSED, kind=VerdictKind.FLAKY)),
    ],
)
def test_everything_else_needs_a_person(books: Books, policy, verdict) -> None:
    books.define(baseline=policy)

    books.end(RunStatus.PASSED, verdict=verdict, sessions=seen())

    assert books.baseline is None


def test_what_a_person_adopted_meanwhile_stands(books: Books) -> None:
    books.define(baseline=BaselinePolicy(first_run="adopt"))
    books.end(RunStatus.PASSED, verdict=PASSED, sessions=seen())
    end = replace(books.ends[-1], judged_with=None, baseline_id=BaselineId("b2"))

    assert of_end(end, books.before(end)).baseline is None
