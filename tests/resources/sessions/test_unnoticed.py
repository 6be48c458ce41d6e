"""What we do to a page: nothing that its scripts could measure before its picture, and nothing that is left after it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser

from inspect_pipelines.domain.playbook import (
    DESKTOP,
    Click,
    ExpectText,
    ExpectVisible,
    Goto,
    TakeScreenshot,
    Target,
    Viewport,
    WaitFor,
)
from session_requests import picture

OUT, HEARD, MENU = Target(selector="#out"), Target(selector="#heard"), Target(selector="#menu.open")
WINDOW = Viewport("window", 800, 600)


def measured_by_a_plain_browser(browser: Browser, url: str) -> str:
    context = browser.new_context(
        viewport={"width": DESKTOP.width, "height": DESKTOP.height}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_function("document.title === 'done'")
    said = page.text_content("#out")
    context.close()
    assert said is not None
    return said


def test_a_page_measures_what_it_measures_in_a_plain_browser(play, browser, site):
    """A sheet that made every transition last 0.01 ms started one on each style change under `transition: all`.

    A script that set a width and read it in the same task got the old one; JupyterLab laid itself out wrong for good.
    """
    plain = measured_by_a_plain_browser(browser, site.url + "/probes")

    result = play(Goto("/probes"), ExpectText(OUT, equals=plain), seconds=10)

    assert [finding.message for finding in result.findings] == []
    assert json.loads(plain)[-1] == "ended width true"


@pytest.mark.parametrize("full_page", [True, False])
def test_a_page_hears_nothing_of_its_picture_and_is_as_it_was(play, full_page: bool):
    """A full picture scrolled through, fired `resize` and left the page at its top: the open menu had closed."""
    first = TakeScreenshot("first", full_page=full_page)
    result = play(
        Goto("/witness"),
        Click(Target(selector="#listen")),
        WaitFor(MENU),
        TakeScreenshot("before", full_page=False),
        first,
        TakeScreenshot("after", full_page=False),
        ExpectText(HEARD, equals="nothing"),
        ExpectVisible(MENU),
        seconds=10,
        viewports=(WINDOW,),
    )

    assert [finding.message for finding in result.findings] == []
    before, _, after = (shot.sha256 for shot in result.screenshots)
    assert before == after


def test_a_full_picture_shows_what_sticks_at_its_top_wherever_the_window_stood(play, gallery):
    result = play(
        Goto("/witness"),
        Click(Target(selector="#listen")),
        WaitFor(MENU),
        TakeScreenshot("whole"),
        seconds=10,
        viewports=(WINDOW,),
    )

    image = picture(gallery, result.screenshots[0].sha256)
    assert image.getpixel((400, 20)) == (34, 51, 68)
    assert image.getpixel((400, 170)) != (34, 51, 68)


def test_a_page_that_waits_for_the_end_of_a_transition_goes_on(play):
    result = play(
        Goto("/probes"), TakeScreenshot("whole"), ExpectText(OUT, contains="ended width"), seconds=10
    )

    assert result.findings == ()
