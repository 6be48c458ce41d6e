from __future__ import annotations

from dataclasses import replace

import pytest

from builders import NOW, a_run
from history_builders import a_comparison
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import DecisionId
from inspect_pipelines.domain.review import (
    CANCEL_REQUESTED,
    Review,
    context_of,
    review_of,
    wish_to_cancel,
)
from inspect_pipelines.domain.run import RunStatus, upload_origin
from inspect_pipelines.domain.said import DecisionKind, Said

OPEN, PASSED = a_comparison(), a_comparison("pay", passed=True)
REJECTED = a_comparison(said=Said(DecisionId("d1"), DecisionKind.REJECT, "user:ada", NOW))


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


@pytest.mark.parametrize(
    ("status", "comparisons", "waits"),
    [
        (RunStatus.FAILED, [OPEN, PASSED], True),
        (RunStatus.FAILED, [REJECTED, PASSED], False),  # a person has spoken
        (RunStatus.FAILED, [], False),  # by a finding: no picture is in question
        (RunStatus.NEEDS_REVIEW, [], True),  # nothing is approved yet
        (RunStatus.NEEDS_REVIEW, [PASSED], True),  # another environment
        (RunStatus.NEEDS_REVIEW, [OPEN], True),
        (RunStatus.NEEDS_REVIEW, [REJECTED], False),
        (RunStatus.PASSED, [PASSED], False),
        (RunStatus.ERROR, [OPEN], False),
    ],
)
def test_a_run_waits_for_a_person_while_something_that_it_shows_is_undecided(
    status: RunStatus, comparisons: list[Comparison], waits: bool
) -> None:
    run = a_run().claimed("d1", now=NOW).concluded(status, "", now=NOW)

    review = review_of(run, "shop", comparisons, at=NOW)

    assert review == (Review(run.org_id, run.id, run.definition_id, "shop", "", NOW) if waits else None)


@pytest.mark.parametrize(
    ("variables", "context"),
    [
        ({}, ""),
        ({"repo": "acme/shop"}, ""),
        ({"repo": "acme/shop", "branch": "main"}, "acme/shop@main"),
        ({"repo": "acme/shop", "branch": "blue", "pr_number": "12"}, "acme/shop#12"),
    ],
)
def test_a_newer_run_looks_at_the_same_branch_or_pull_request(
    variables: dict[str, str], context: str
) -> None:
    assert context_of(a_run(variables=variables)) == context


def test_uploads_take_nobodys_place_whatever_their_variables_say() -> None:
    sent = [
        replace(a_run(number, variables={"repo": "acme/shop", "branch": "main"}), origin=upload_origin("k"))
        for number in (1, 2)
    ]

    assert len({context_of(run) for run in sent} | {"acme/shop@main", ""}) == 4
