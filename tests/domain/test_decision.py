from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders import NOW, a_screenshot, a_sha, a_view
from history_builders import a_comparison
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.decision import (
    Decision,
    Shown,
    contradicted,
    first_shown,
    open_changes,
    reviewed_by_word,
    settled,
    shown_by,
    vetoes,
)
from inspect_pipelines.domain.ids import DEFAULT_ORG, DecisionId, RunId
from inspect_pipelines.domain.said import DecisionKind

CHANGED = a_comparison(fingerprint="a moved header")
LATER = NOW + timedelta(days=1)


def a_decision(kind: DecisionKind = DecisionKind.ACCEPT, number: int = 1, **changes: Any) -> Decision:
    values: dict[str, Any] = {
        "id": DecisionId(f"d{number}"),
        "org_id": DEFAULT_ORG,
        "set": "nightly-shop",
        "kind": kind,
        "shown": shown_by(CHANGED),
        "run_id": RunId("r1"),
        "by": "user:ada",
        "at": NOW,
    }
    return Decision(**(values | changes))


def follow(found: Comparison, *decisions: Decision) -> Comparison:
    def is_same(one: str, other: str) -> bool:
        return bool(one) and one.split()[0] == other.split()[0]

    (after,) = settled([found], decisions, now=LATER, same_change=is_same)
    return after


@pytest.mark.parametrize("kind", [DecisionKind.ACCEPT, DecisionKind.IGNORE, DecisionKind.QUARANTINE])
def test_what_was_decided_before_passes_and_says_by_whom(kind: DecisionKind) -> None:
    after = follow(CHANGED, a_decision(kind))

    assert (after.passed, after.looks_as_approved, after.outcome) == (True, False, Outcome.CHANGED)
    assert after.sentence == f"the header moved; {kind.past} by ada on 2026-11-22"


def test_a_defect_that_was_rejected_fails_and_waits_for_nobody() -> None:
    after = follow(CHANGED, a_decision(DecisionKind.REJECT))

    assert (after.passed, after.sentence) == (False, "the header moved; rejected by ada on 2026-11-22")
    assert open_changes([after]) == []
    assert open_changes([CHANGED]) == [CHANGED]


@pytest.mark.parametrize("kind", [DecisionKind.ACCEPT, DecisionKind.REJECT])
@pytest.mark.parametrize(
    "other",
    [
        {"new_sha256": a_sha("e")},
        {"old_sha256": a_sha("e")},
        {"view": a_view("pay")},
        {"view": a_view(viewport="phone")},
    ],
)
def test_one_pixel_more_asks_again(kind: DecisionKind, other: dict[str, Any]) -> None:
    found = a_comparison(fingerprint="a moved header", **other)

    assert follow(found, a_decision(kind)) == found


def test_an_ignored_change_is_known_again_although_it_jitters() -> None:
    jittered = a_comparison(new_sha256=a_sha("e"), fingerprint="a header, moved")

    assert follow(jittered, a_decision(DecisionKind.IGNORE)).passed
    assert not follow(
        a_comparison(new_sha256=a_sha("e"), fingerprint="b"), a_decision(DecisionKind.IGNORE)
    ).passed


def test_a_quarantine_is_about_the_view_whatever_it_shows_until_its_end() -> None:
    other = a_comparison(outcome=Outcome.UNREADABLE, new_sha256=None)
    quarantine = a_decision(DecisionKind.QUARANTINE, until=LATER + timedelta(days=2))

    assert follow(other, quarantine).sentence.endswith("; quarantined by ada until 2026-11-25")
    assert follow(CHANGED, a_decision(DecisionKind.QUARANTINE, until=LATER)) == CHANGED


def test_a_quarantine_comes_before_a_newer_word_since_it_promises_that_nothing_fails() -> None:
    quarantine = a_decision(DecisionKind.QUARANTINE, until=LATER + timedelta(days=2))

    after = follow(CHANGED, quarantine, a_decision(DecisionKind.REJECT, 2, at=LATER))

    assert after.passed


def test_the_newest_word_counts_and_a_withdrawn_one_never() -> None:
    words = (a_decision(), a_decision(DecisionKind.REJECT, 2))

    assert not follow(CHANGED, *words).passed
    assert follow(CHANGED, words[0], a_decision(DecisionKind.REJECT, 2, withdrawn_at=NOW)).passed


@pytest.mark.parametrize("kind", [DecisionKind.ACCEPT, DecisionKind.IGNORE])
def test_nobody_can_have_accepted_a_picture_that_nobody_can_see(kind: DecisionKind) -> None:
    damaged = a_comparison(outcome=Outcome.UNREADABLE)

    assert follow(damaged, a_decision(kind)) == damaged
    assert not follow(damaged, a_decision(DecisionKind.REJECT)).passed


def test_to_follow_again_says_the_same_and_knows_what_was_taken_back() -> None:
    once = follow(CHANGED, a_decision())

    assert follow(once, a_decision()) == once
    assert follow(once) == CHANGED
    assert follow(a_comparison(passed=True)) == a_comparison(passed=True)


def test_a_run_is_reviewed_by_earlier_words_as_a_whole_or_in_part() -> None:
    accepted = follow(CHANGED, a_decision())
    rejected = follow(a_comparison(), a_decision(DecisionKind.REJECT, 2, at=NOW - timedelta(days=1)))
    new = a_comparison("pay")

    assert reviewed_by_word([new]) is None
    assert reviewed_by_word([accepted, a_comparison(passed=True)]) == (
        "accepted",
        "1 view as accepted by ada on 2026-11-22",
    )
    assert reviewed_by_word([accepted, accepted, new]) == (
        "partly_accepted",
        "2 views as accepted by ada on 2026-11-22",
    )
    assert reviewed_by_word([accepted, rejected]) == (
        "rejected",
        "2 views as accepted by ada on 2026-11-22, rejected by ada on 2026-11-21",
    )


def test_a_proposal_decides_nothing() -> None:
    assert follow(CHANGED, a_decision(is_proposal=True)) == CHANGED


def test_going_back_takes_back_what_had_accepted_the_pictures_that_go() -> None:
    home, pay = a_view("home"), a_view("pay")
    stays = a_decision(number=2, shown=Shown(pay, None, a_sha("c")))
    words = [a_decision(), stays, a_decision(DecisionKind.REJECT, 3), a_decision(number=4, withdrawn_at=NOW)]

    gone = contradicted(
        words, [{home: {a_sha("c")}, pay: {a_sha("c")}}], {home: {a_sha("b")}, pay: {a_sha("c")}}, now=LATER
    )

    assert [one.id for one in gone] == ["d1"]


def test_going_back_behind_several_baselines_takes_back_what_each_had_accepted() -> None:
    home = a_view("home")
    first = a_decision(shown=Shown(home, a_sha("a"), a_sha("b")))
    second = a_decision(number=2, shown=Shown(home, a_sha("b"), a_sha("c")))

    gone = contradicted(
        [first, second], [{home: {a_sha("c")}}, {home: {a_sha("b")}}], {home: {a_sha("a")}}, now=LATER
    )

    assert gone == [first, second]


def test_a_view_that_comes_back_with_an_older_baseline_was_not_dropped_for_good() -> None:
    """Else it could be missing for ever, and every run would pass by the word that had dropped it."""
    home, pay = a_view("home"), a_view("pay")
    dropped = a_decision(shown=Shown(pay, a_sha("a"), None))

    back = {home: {a_sha("a")}, pay: {a_sha("a")}}

    assert contradicted([dropped], [{home: {a_sha("a")}}], back, now=LATER) == [dropped]
    assert contradicted([dropped], [{home: {a_sha("b")}}], {home: {a_sha("a")}}, now=LATER) == []


def test_a_first_picture_has_none_before_it() -> None:
    assert first_shown(a_screenshot()) == Shown(a_view(), None, a_sha())


def test_a_rejection_of_somebody_else_stands_against_its_view_until_it_is_taken_back():
    ada = a_decision(DecisionKind.REJECT)
    other_view = a_decision(DecisionKind.REJECT, 2, shown=Shown(a_view("elsewhere"), None, None))
    withdrawn = a_decision(DecisionKind.REJECT, 3, by="user:eve", withdrawn_at=NOW)
    proposed = a_decision(DecisionKind.REJECT, 4, by="user:ci", is_proposal=True)
    other_picture = a_decision(
        DecisionKind.REJECT, 5, by="user:carl", shown=replace(ada.shown, new_sha256=a_sha("f"))
    )
    made = [ada, other_view, withdrawn, proposed, other_picture]

    assert vetoes(made, [CHANGED], by="user:bob", now=LATER) == [ada]
    assert vetoes(made, [CHANGED], by="user:ada", now=LATER) == []


def test_whoever_thinks_again_has_no_rejection_left_and_a_quarantine_is_no_second_thought():
    ada = a_decision(DecisionKind.REJECT)
    held = a_decision(DecisionKind.QUARANTINE, 2, until=LATER + timedelta(days=1))
    again = a_decision(DecisionKind.ACCEPT, 3)

    assert vetoes([ada, held], [CHANGED], by="user:bob", now=LATER) == [ada]
    assert vetoes([ada, again], [CHANGED], by="user:bob", now=LATER) == []
