from __future__ import annotations

from inspect_pipelines.domain.review import CANCEL_REQUESTED, wish_to_cancel


def test_the_first_wish_to_cancel_counts_with_its_reason():
    reviews = [
        ("adopted", "user:eve", "all views"),
        (CANCEL_REQUESTED, "user:ada", "wrong branch"),
        (CANCEL_REQUESTED, "user:bob", ""),
    ]

    assert wish_to_cancel(reviews) == "cancelled by ada: wrong branch"
    assert wish_to_cancel(reviews[2:]) == "cancelled by bob"


def test_other_words_of_people_are_no_wish_to_cancel():
    assert wish_to_cancel([("adopted", "user:ada", "all views")]) is None


def test_what_a_newer_event_wants_names_what_superseded_it():
    wish = (CANCEL_REQUESTED, "event:0193", "push 9049f1265b7d, run 0194")

    assert wish_to_cancel([wish, (CANCEL_REQUESTED, "user:ada", "")]) == (
        "superseded by push 9049f1265b7d, run 0194"
    )
    assert wish_to_cancel([(CANCEL_REQUESTED, "user:ada", ""), wish]) == "cancelled by ada"
