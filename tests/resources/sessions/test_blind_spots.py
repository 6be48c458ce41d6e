"""What a picture waits for, and what it says that it does not show."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.playbook import Step, Viewport

WINDOW = Viewport("window", 800, 600)


@pytest.mark.parametrize(
    ("path", "shown"),
    [("/skeleton", "p 'The news'"), ("/loading", "p 'Oak 12'"), ("/late-data", "p 'One order'")],
)
def test_a_picture_waits_for_what_the_page_is_about(play, path: str, shown: str):
    """A skeleton, a "Loading..", and data that the page's own origin takes over five seconds to give were photographed."""
    result = play(Goto(path), TakeScreenshot("page"), seconds=20)

    assert result.findings == ()
    assert shown in [name for name, _ in result.screenshots[0].elements]


def test_a_page_that_always_says_loading_is_told_of_and_waited_for_once(play):
    there, first, second = (
        Step("there", "There", (Goto("/always-loading"),)),
        Step("first", "First", (TakeScreenshot("one"),), timeout_seconds=4),
        Step("second", "Second", (TakeScreenshot("two"),), timeout_seconds=4),
    )

    result = play(there, first, second)

    assert [(finding.kind, finding.message) for finding in result.findings] == [
        (
            FindingKind.UNSTABLE,
            f"screenshot {name!r} was taken before the page was ready: the page says 'Loading…'",
        )
        for name in ("one", "two")
    ]
    _, took_first, took_second = (step.duration_ms for step in result.steps)
    assert took_second < took_first - 2000


def test_a_part_that_scrolls_by_itself_is_told_as_not_shown(play):
    """`main {height: 100vh; overflow: auto}` hid everything below its fold, and the view passed whatever stood there."""
    result = play(Goto("/inner"), TakeScreenshot("app"), seconds=10, viewports=(WINDOW,))

    (finding,) = result.findings
    assert finding.kind is FindingKind.TRUNCATED
    assert finding.message.startswith(
        "screenshot 'app' shows 600 of 3000 px of main#app, which scrolls by itself"
    )


def test_a_picture_of_the_window_alone_is_not_said_to_hide_something(play):
    result = play(Goto("/inner"), TakeScreenshot("app", full_page=False), seconds=10, viewports=(WINDOW,))

    assert result.findings == ()
