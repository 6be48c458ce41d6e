"""Masks of the playbook lie over every page; one that is meant for some of them is no fault of the others."""

from __future__ import annotations

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.playbook import PageRules, Viewport

WINDOWS = (Viewport("desktop", 800, 600), Viewport("phone", 390, 600))


def test_a_mask_of_the_page_that_matches_nothing_anywhere_is_told_once(play):
    """It warned on each page without the element, at each viewport: four lines a night for a clock that one page has."""
    result = play(
        Goto("/ticking"),
        TakeScreenshot("with a clock"),
        Goto("/other"),
        TakeScreenshot("without"),
        page=PageRules(mask=(".clock", ".nowhere")),
        viewports=WINDOWS,
        seconds=10,
    )

    assert [finding.message for finding in result.findings if finding.kind is FindingKind.MASK_UNMATCHED] == [
        "mask '.nowhere' of the playbook's page matches nothing in any picture"
    ]
