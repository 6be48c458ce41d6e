"""Findings that a playbook ignores: seen and kept with the reason, and never in the way of others."""

from __future__ import annotations

from datetime import date

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.expectation import ExpectText
from inspect_pipelines.domain.finding import FindingKind, Ignored
from inspect_pipelines.domain.ignore import Ignore
from inspect_pipelines.domain.playbook import FindingRules, Step
from inspect_pipelines.domain.session import SessionStatus
from resources.sessions.record import MOST_FINDINGS

THEIRS = "their widget throws, ticket 12"


def rules(*entries: Ignore) -> FindingRules:
    return FindingRules("warning", entries)


def test_a_third_partys_error_is_ignored_by_its_script_and_the_pages_own_counts(play, site):
    """One throwing widget of somebody else made people say `fail_on: never`."""
    site.serve("/widget.js", "throw new Error('no cookies for you')")
    site.serve("/own.js", "console.error('no basket')")
    site.serve("/home", "<h1>Home</h1><script src='/own.js'></script><script src='/widget.js'></script>")

    result = play(
        Goto("/home"), TakeScreenshot("home"), findings=rules(Ignore(THEIRS, url="**/widget.js")), seconds=5
    )

    told = {finding.kind: (finding.ignored, finding.url) for finding in result.findings}
    assert told == {
        FindingKind.PAGE_ERROR: (Ignored(THEIRS), f"{site.url}/widget.js"),
        FindingKind.CONSOLE_ERROR: (None, f"{site.url}/own.js"),
    }
    assert [finding.kind for finding in result.findings if finding.fails_at(result.fail_on)] == [
        FindingKind.CONSOLE_ERROR
    ]


def test_an_entry_that_has_ended_ignores_nothing_and_is_named(play, site):
    site.serve("/home", "<h1>Home</h1><img src='/gone.png' width=10 height=10>")
    ended = date(2020, 1, 31)

    result = play(
        Goto("/home"), TakeScreenshot("home"), findings=rules(Ignore(THEIRS, url="/gone.png", until=ended))
    )

    (finding,) = result.findings
    assert finding.ignored == Ignored(THEIRS, ended, has_ended=True)
    assert finding.fails_at("warning")


def test_a_page_that_is_known_to_fail_is_photographed_and_passes(play, site):
    entry = Ignore("it is being mended", kinds=(FindingKind.NAVIGATION,), url="/error")

    result = play(Goto("/error"), TakeScreenshot("error"), findings=rules(entry))

    assert [finding.is_ignored for finding in result.findings] == [True]
    assert (result.status, len(result.screenshots)) == (SessionStatus.COMPLETED, 1)


def test_what_nobody_minds_leaves_room_for_what_fails_the_run(play, site):
    """A hundred console lines filled the list of findings, and the failed expectation after them was dropped: it passed."""
    lines = "".join(f"console.error('widget {number}');" for number in range(MOST_FINDINGS + 20))
    site.serve("/loud", f"<h1>Home</h1><script>{lines}</script>")
    site.serve("/louder", f"<h1>Home</h1><script>{lines.replace('widget', 'basket')}</script>")

    result = play(
        Step("open", "Open", (Goto("/loud"), Goto("/louder"))),
        Step("miss", "Miss", (ExpectText(None, contains="Thank you"),), timeout_seconds=1),
        findings=rules(Ignore(THEIRS, text="WIDGET")),
    )

    counts = {
        ignored: [finding.kind for finding in result.findings if finding.is_ignored is ignored]
        for ignored in (True, False)
    }
    assert len(counts[True]) == MOST_FINDINGS
    assert counts[False].count(FindingKind.CONSOLE_ERROR) == MOST_FINDINGS
    assert counts[False].count(FindingKind.EXPECTATION) == 1
    cut = [finding.message for finding in result.findings if "left out" in finding.message]
    assert [message.partition("(and ")[2] for message in cut] == ["20 more warnings, left out)"] * 2
