from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from books import Books
from builders import ENVIRONMENT, NOW, a_baseline, a_run, a_screenshot, a_session, a_view
from ends import NIGHTLY, QA
from history_builders import a_comparison
from inspect_pipelines.domain.absence import absence_origin
from inspect_pipelines.domain.alerting import Overrides
from inspect_pipelines.domain.approval import approval_of
from inspect_pipelines.domain.baseline import image_of
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.ids import DecisionId
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.said import DecisionKind, Said
from inspect_pipelines.domain.verdict import Verdict

GITHUB = NotifyRule(RuleEvent.ON_COMPLETE, ("github",))
COMMIT = {"repo": "acme/shop", "head_sha": "0123abc"}
SHOTS = [a_session(screenshots=(a_screenshot("home"), a_screenshot("pay")))]
CHANGED = [a_comparison("home"), a_comparison("pay")]
GREEN = ("github", "resolved: accepted by ada")


@pytest.fixture
def books() -> Books:
    books = Books()
    books.define(QA, GITHUB)
    return books


def said(notes: Sequence[Notification]) -> list[tuple[str, str]]:
    return [
        (note.target, f"{note.message.kind.value}: {note.message.sentence.partition(';')[0]}")
        for note in notes
        if note.message
    ]


def test_accepting_ends_incident_and_commit_at_once(books: Books) -> None:
    books.end(comparisons=CHANGED, sessions=SHOTS, variables=COMMIT)

    told = books.adopt(books.last_run().id)

    assert said(told) == [("slack:#qa", "resolved: accepted by ada"), GREEN]
    assert [one.is_open for one in books.incidents()] == [False]
    assert books.baseline is books.last.baseline


def test_accepting_one_view_leaves_the_other_open(books: Books) -> None:
    books.end(comparisons=CHANGED, sessions=SHOTS, variables=COMMIT)

    told = books.adopt(books.last_run().id, "home")

    (incident,) = books.incidents()
    assert (told, incident.is_open, incident.keys) == ([], True, ("visual shop/pay@desktop replaced",))


def test_a_commit_is_green_only_when_all_that_differs_in_its_run_is_accepted(books: Books) -> None:
    books.end(comparisons=CHANGED[:1], sessions=SHOTS)
    books.end(comparisons=CHANGED, sessions=SHOTS, variables=COMMIT)  # joins one incident and opens another
    run_id = books.last_run().id

    first, second = books.adopt(run_id, "home"), books.adopt(run_id, "pay")

    assert [note.target for note in first] == ["slack:#qa"]
    assert GREEN in said(second)


def test_a_commit_stays_red_while_a_view_differs_although_its_incident_is_over(books: Books) -> None:
    books.end(comparisons=CHANGED, sessions=SHOTS, variables=COMMIT)
    run_id = books.last_run().id
    books.end(RunStatus.PASSED)

    assert books.adopt(run_id, "home") == []


@pytest.mark.parametrize("status", [RunStatus.FAILED, RunStatus.ERROR])
def test_no_picture_mends_the_commit_of_a_run_that_broke_an_expectation_or_crashed(
    books: Books, status: RunStatus
) -> None:
    books.end(status, sessions=SHOTS, variables=COMMIT)
    run_id = books.last_run().id
    books.end(RunStatus.PASSED)

    assert books.adopt(run_id) == []


def test_a_first_run_waits_until_all_its_views_are_approved(books: Books) -> None:
    books.define(NotifyRule(RuleEvent.ON_NEEDS_REVIEW, ("slack:#qa",)), GITHUB)
    books.end(RunStatus.NEEDS_REVIEW, "nothing is approved yet", sessions=SHOTS, variables=COMMIT)
    run_id = books.last_run().id

    first, second = books.adopt(run_id, "home"), books.adopt(run_id, "pay")

    assert (first, sorted(note.target for note in second)) == ([], ["github", "slack:#qa"])


def test_accepting_ends_nothing_that_is_not_about_pictures(books: Books) -> None:
    books.end(comparisons=CHANGED, sessions=SHOTS)
    run_id = books.last_run().id
    books.end(RunStatus.ERROR, "nobody asked for it", origin=absence_origin(NIGHTLY, NOW))

    books.adopt(run_id)

    assert [one.kind.value for one in books.incidents() if one.is_open] == ["absence"]


def test_a_rejected_change_is_known_and_its_commit_has_failed(books: Books) -> None:
    books.end(comparisons=CHANGED, sessions=SHOTS, variables=COMMIT)

    told = books.reject(books.last_run().id)

    assert said(told) == [("github", "opened: rejected by ada: ticket 7")]
    assert [(one.state, one.note) for one in books.incidents()] == [("known", "ticket 7")]


def test_where_nobody_tells_the_code_host_of_runs_a_persons_word_does_not_either(books: Books) -> None:
    books.define(QA)
    books.end(comparisons=CHANGED, sessions=SHOTS, variables=COMMIT)
    rejected = books.reject(books.last_run().id)
    books.definitions.clear()

    assert (rejected, books.reject(books.last_run().id)) == ([], [])


@pytest.mark.parametrize(("browser", "is_whole"), [(ENVIRONMENT.browser, True), ("Chromium 1", False)])
def test_a_view_that_passed_is_approved_as_it_is_unless_its_picture_is_of_another_environment(
    browser: str, is_whole: bool
) -> None:
    """Adopting the one new view of a run once left its review open, as the older pictures were not of that run."""
    run, shots = a_run(), [a_screenshot("home"), a_screenshot("new")]
    older = replace(a_screenshot("home"), environment=replace(ENVIRONMENT, browser=browser))
    images = {a_view("home"): image_of(older, a_run(2).id), a_view("new"): image_of(shots[1], run.id)}
    passed = Comparison(a_view("home"), Outcome.UNCHANGED, True, "as approved", 0.0, "test", 0.02)

    approval = approval_of(a_baseline(images=images), shots, [passed], run, [a_view("new")])

    assert (approval.is_whole, approval.is_mended) == (is_whole, True)


def test_a_word_that_makes_no_baseline_ends_incident_and_commit_all_the_same(books: Books) -> None:
    books.end(comparisons=CHANGED, sessions=SHOTS, variables=COMMIT)

    told = books.say(books.last_run().id, "home", "pay", word="ignored")

    assert said(told) == [("slack:#qa", "resolved: ignored by ada"), ("github", "resolved: ignored by ada")]
    assert books.baseline is None


def test_a_word_about_one_view_settles_no_commit_while_the_other_waits(books: Books) -> None:
    books.end(comparisons=CHANGED, sessions=SHOTS, variables=COMMIT)

    told = books.say(books.last_run().id, "home", word="quarantined")

    (incident,) = books.incidents()
    assert (told, incident.keys) == ([], ("visual shop/pay@desktop replaced",))


@pytest.mark.parametrize(
    ("status", "heard", "verdict"),
    [(RunStatus.FAILED, "opened", "failed"), (RunStatus.NEEDS_REVIEW, "review", "needs review")],
)
def test_a_commit_whose_word_is_taken_back_is_not_green_any_more(
    books: Books, status: RunStatus, heard: str, verdict: str
) -> None:
    """The pull request stayed green, and could be merged, though nobody stood by its pictures any more."""
    books.end(status, comparisons=CHANGED, sessions=SHOTS, variables=COMMIT)

    told = books.withdraw(books.last_run().id, DecisionKind.ACCEPT, waits=True)

    assert said(told) == [
        ("github", f"{heard}: waits for a person again: ada took back that it was accepted")
    ]
    assert [note.message.verdict for note in told if note.message] == [verdict]


@pytest.mark.parametrize(
    ("status", "heard"), [(RunStatus.FAILED, "opened"), (RunStatus.NEEDS_REVIEW, "review")]
)
def test_an_incident_that_a_word_had_ended_is_taken_up_again_with_it(
    books: Books, status: RunStatus, heard: str
) -> None:
    """Everybody had heard that it was over, and the next anybody heard of it was by another run."""
    books.define(QA, NotifyRule(RuleEvent.ON_NEEDS_REVIEW, QA.targets), GITHUB)
    books.end(status, comparisons=CHANGED, sessions=SHOTS)
    (before,) = books.incidents()
    books.say(books.last_run().id, "home", "pay", word="accepted")
    assert [one.state for one in books.incidents()] == ["resolved"]

    told = books.withdraw(books.last_run().id, DecisionKind.ACCEPT, again=CHANGED)

    assert books.incidents() == [before]
    ((target, sentence),) = said(told)
    assert target == "slack:#qa"
    assert sentence.startswith(f"{heard}: ada took back that it was accepted: ")


def test_what_a_word_still_stands_about_stays_out_of_an_incident_that_is_taken_up_again(books: Books) -> None:
    books.end(comparisons=CHANGED, sessions=SHOTS)
    books.say(books.last_run().id, "home", "pay", word="accepted")

    books.withdraw(books.last_run().id, DecisionKind.ACCEPT, again=CHANGED[1:])

    assert [(one.state, one.keys) for one in books.incidents()] == [
        ("open", ("visual shop/pay@desktop replaced",))
    ]


def test_a_part_of_an_incident_that_a_word_had_ended_belongs_to_it_again(books: Books) -> None:
    books.end(comparisons=CHANGED, sessions=SHOTS)
    (before,) = books.incidents()
    books.say(books.last_run().id, "home", word="ignored")
    assert books.incidents() != [before]

    told = books.withdraw(books.last_run().id, DecisionKind.IGNORE, again=CHANGED)
    nothing_new = books.withdraw(books.last_run().id, DecisionKind.IGNORE, again=CHANGED)

    assert (told, nothing_new, books.incidents()) == ([], [], [before])


def test_what_a_run_ended_or_is_no_pictures_stays_as_it_is(books: Books) -> None:
    books.end(comparisons=CHANGED, sessions=SHOTS)
    failed = books.last_run().id
    books.end(RunStatus.PASSED, "as approved")
    books.end(RunStatus.ERROR, "the browser died")
    before = books.incidents()

    told = books.withdraw(failed, DecisionKind.ACCEPT, again=CHANGED)
    told += books.withdraw(books.last_run().id, DecisionKind.ACCEPT, again=CHANGED)

    assert (told, books.incidents()) == ([], before)


def test_a_defect_whose_word_is_taken_back_is_not_known_any_more(books: Books) -> None:
    books.end(comparisons=CHANGED, sessions=SHOTS)
    books.reject(books.last_run().id)

    told = books.withdraw(books.last_run().id, DecisionKind.REJECT, note="ticket 7")

    assert (told, [(one.state, one.note) for one in books.incidents()]) == ([], [("open", "")])


def test_what_somebody_else_knows_of_stays_known(books: Books) -> None:
    books.end(comparisons=CHANGED, sessions=SHOTS)
    books.reject(books.last_run().id)

    books.withdraw(books.last_run().id, DecisionKind.REJECT, note="ticket 6")
    books.withdraw(books.last_run().id, DecisionKind.IGNORE, note="ticket 7")

    assert [one.state for one in books.incidents()] == ["known"]


def test_a_defect_that_comes_back_after_it_was_over_is_known_and_told_to_nobody(books: Books) -> None:
    """It was fixed and landed again a week later: a person had said what it is, and people were told it anew."""
    said_before = Said(DecisionId("d1"), DecisionKind.REJECT, "user:ada", NOW)
    books.end(RunStatus.PASSED, "as approved")

    told = books.end(comparisons=[a_comparison(said=said_before)], sessions=SHOTS)

    assert told == []
    assert [(one.state, one.note) for one in books.incidents()] == [("known", "as on 2026-11-22")]
    assert books.end(RunStatus.PASSED, "as approved") == []


def test_a_new_change_beside_a_known_defect_is_told_by_its_own_words(books: Books) -> None:
    said_before = Said(DecisionId("d1"), DecisionKind.REJECT, "user:ada", NOW)
    both = [a_comparison(said=said_before), a_comparison("pay")]
    reasons = ("shop/home@desktop: the header moved", "shop/pay@desktop: the button is gone")

    told = books.end(comparisons=both, sessions=SHOTS, verdict=Verdict(None, RunStatus.FAILED, reasons))

    assert [(note.target, note.message.sentence) for note in told if note.message] == [
        ("slack:#qa", reasons[1])
    ]


def test_a_defect_that_somebody_rejected_before_it_was_told_is_told_to_nobody(books: Books) -> None:
    books.define(QA, alerts=Overrides(alert_after=2))
    books.end(comparisons=[a_comparison()], sessions=SHOTS)
    books.reject(books.last_run().id)
    word = Said(DecisionId("d1"), DecisionKind.REJECT, "user:ada", NOW)

    assert books.end(comparisons=[a_comparison(said=word)], sessions=SHOTS) == []
    assert [note.target for note in books.end(comparisons=CHANGED, sessions=SHOTS)] == ["slack:#qa"]
