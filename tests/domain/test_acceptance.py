"""What a rule puts in the place of an approved picture still knows what a person approved."""

from __future__ import annotations

from dataclasses import replace

from builders import a_baseline, a_screenshot, a_sha, a_view
from inspect_pipelines.domain.acceptance import anchored, approved_by_person
from inspect_pipelines.domain.baseline import image_of
from inspect_pipelines.domain.ids import RunId

HOME = a_view("home")
FIRST, SECOND, THIRD = (image_of(a_screenshot("home", sha256=a_sha(each)), RunId(each)) for each in "abc")


def test_a_picture_that_rules_replaced_again_and_again_knows_the_one_that_a_person_approved():
    once = anchored({HOME: FIRST}, {HOME: SECOND})
    twice = anchored(once, {HOME: THIRD})

    by = approved_by_person(twice[HOME])
    assert (by.sha256, by.source_run_id, by.anchor) == (FIRST.sha256, FIRST.source_run_id, None)


def test_a_picture_that_is_back_where_it_was_is_what_a_person_approved():
    back = anchored(anchored({HOME: FIRST}, {HOME: SECOND}), {HOME: FIRST})

    assert back == {HOME: FIRST}
    assert approved_by_person(back[HOME]) == FIRST


def test_a_view_that_stays_keeps_what_it_knew_and_a_new_one_is_its_own_anchor():
    moved = anchored({HOME: FIRST}, {HOME: SECOND})

    assert anchored(moved, moved) == moved
    assert anchored({}, {HOME: SECOND}) == {HOME: SECOND}


def test_a_person_who_adopts_the_picture_has_approved_it():
    moved = replace(a_baseline(), images=anchored({HOME: FIRST}, {HOME: SECOND}))

    assert image_of(a_screenshot("home", sha256=a_sha("b")), RunId("b")).anchor is None
    assert moved.images[HOME].anchor is not None
