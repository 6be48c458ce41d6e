"""Revisions: whose a definition is, and what names one."""

from __future__ import annotations

import pytest

from builders import a_plan, a_playbook, a_schedule, a_trigger
from inspect_pipelines.domain.ids import PlaybookId
from inspect_pipelines.domain.library import library_of
from inspect_pipelines.domain.revision import Written, matches


@pytest.mark.parametrize(
    ("header", "is_match"),
    [
        ('"3"', True),
        ('"2", "3"', True),
        ("*", True),
        ('"2"', False),
        ("3", False),
        ('W/"3"', False),
        ("", False),
    ],
)
def test_a_tag_names_its_revision(header: str, is_match: bool) -> None:
    assert matches(header, 3) is is_match


@pytest.mark.parametrize(
    ("document", "is_enabled"), [({}, True), ({"enabled": True}, True), ({"enabled": False}, False)]
)
def test_what_says_nothing_of_it_is_switched_on(document: dict[str, bool], is_enabled: bool) -> None:
    assert Written(document).is_enabled is is_enabled


def test_a_playbook_that_several_play_is_in_the_library_once() -> None:
    other = a_playbook(id=PlaybookId("other"))

    library = library_of(
        [a_schedule(), a_trigger(), a_schedule("two", plan=a_plan(playbooks=(a_playbook(), other)))]
    )

    assert library.playbooks == (a_playbook(), other)
