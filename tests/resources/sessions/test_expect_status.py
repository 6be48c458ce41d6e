"""`expect_status`: a page that is meant to answer with an error."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.gesture import Click
from inspect_pipelines.domain.session import SessionStatus, StepStatus
from inspect_pipelines.domain.target import Target


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (404, {}),
        (410, {}),
        (500, {}),
        (503, {"Retry-After": "5"}),
        (401, {}),
        (401, {"WWW-Authenticate": "Basic realm=staff"}),
        (403, {}),
    ],
)
def test_an_error_page_on_purpose_passes_and_is_photographed(play, site, status, headers):
    """A shop's own 404 page could not be watched: every visit was a failed run."""
    site.answers["/sorry"] = (status, "<h1>Sorry</h1>", headers)

    result = play(Goto("/sorry", expect_status=status), TakeScreenshot("sorry"))

    assert result.findings == ()
    assert (result.status, len(result.screenshots)) == (SessionStatus.COMPLETED, 1)


@pytest.mark.parametrize("status", [404, 500])
def test_an_error_without_a_page_is_as_good_where_nothing_is_photographed(play, site, status):
    site.answers["/bare"] = (status, "", {})

    result = play(Goto("/bare", expect_status=status), Goto("/sorry-not", expect_status=404))

    assert (result.findings, result.status) == ((), SessionStatus.COMPLETED)


@pytest.mark.parametrize(
    ("path", "wanted", "answered"), [("/", 404, 200), ("/error", 404, 500), ("/nowhere", 200, 404)]
)
def test_another_status_is_one_failed_expectation_and_the_playing_goes_on(play, site, path, wanted, answered):
    result = play(Goto(path, expect_status=wanted), TakeScreenshot("x"))

    (finding,) = result.findings
    assert finding.kind is FindingKind.EXPECTATION
    assert finding.message == f"expected {site.url}{path} to answer {wanted}, it answered {answered}"
    assert ([step.status for step in result.steps], len(result.screenshots)) == ([StepStatus.FAILED], 1)


def test_after_a_redirect_the_last_answer_counts(play, site):
    site.redirect("/old", "/nowhere")

    assert play(Goto("/old", expect_status=404)).findings == ()


def test_only_the_page_that_was_asked_for_may_answer_so(play, site):
    site.answers["/sorry"] = (404, "<a href='/nowhere'>on</a>", {})

    result = play(Goto("/sorry", expect_status=404), Click(Target(text="on")), Goto("/error"))

    assert [finding.message for finding in result.findings] == [
        f"{site.url}/nowhere answered 404 Not Found",
        f"{site.url}/error answered 500 Internal Server Error",
    ]


def test_an_address_within_the_open_page_is_no_answer(play, site):
    result = play(Goto("/"), Goto("/#there", expect_status=200))

    assert [finding.message for finding in result.findings] == [
        f"expected {site.url}/#there to answer 200, but nothing was fetched: the page was open already"
    ]


def test_a_page_that_does_not_come_at_all_has_no_status(play, site):
    result = play(Goto("/drop", expect_status=404))

    (finding,) = result.findings
    assert finding.kind is FindingKind.NAVIGATION
    assert "the server closed the connection without an answer" in finding.message
