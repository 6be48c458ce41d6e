from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from builders import (
    ENVIRONMENT,
    NOW,
    a_baseline,
    a_finding,
    a_run,
    a_schedule,
    a_screenshot,
    a_session,
    a_sha,
    a_view,
)
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.finding import FindingKind, Severity
from inspect_pipelines.domain.report import Report
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import SessionStatus, StepResult, StepStatus
from inspect_pipelines.domain.verdict import Verdict
from inspect_pipelines.queries.report import Tone, model


def compared(name: str, outcome: Outcome, score: float = 0.0) -> Comparison:
    passed = outcome is Outcome.UNCHANGED
    return Comparison(a_view(name), outcome, passed, f"{name}: {outcome.value}", score, "test", 0.02)


def a_report(status: RunStatus, **changes: Any) -> Report:
    run = a_run().claimed("d-1", now=NOW)
    values: dict[str, Any] = {
        "run": run.concluded(status, "", now=NOW) if not status.is_open else run,
        "definition": a_schedule(),
        "sessions": (a_session(),),
        "comparisons": (compared("home", Outcome.UNCHANGED),),
        "verdict": Verdict(None, status, ("because",)),
        "baseline": a_baseline(),
    }
    return Report(**(values | changes))


CHANGED = compared("pay", Outcome.CHANGED, 0.3)
MISSING = compared("cart", Outcome.REMOVED, 1.0)


@pytest.mark.parametrize(
    ("status", "changes", "headline"),
    [
        (RunStatus.PASSED, {}, "The one view looks as approved."),
        (
            RunStatus.PASSED,
            {"comparisons": (compared("a", Outcome.UNCHANGED), compared("b", Outcome.UNCHANGED))},
            "All 2 views look as approved.",
        ),
        (RunStatus.PASSED, {"comparisons": (), "baseline": None}, "Every expectation held."),
        (RunStatus.NEEDS_REVIEW, {"comparisons": (), "baseline": None}, "1 view needs its first approval."),
        (RunStatus.FAILED, {"comparisons": (CHANGED,)}, "1 of 1 view changed."),
        (
            RunStatus.FAILED,
            {"comparisons": (CHANGED, MISSING, compared("home", Outcome.UNCHANGED))},
            "1 of 3 views changed and 1 is missing.",
        ),
        (
            RunStatus.FAILED,
            {"comparisons": (compared("a", Outcome.ADDED), compared("b", Outcome.ADDED))},
            "2 of 2 views are new.",
        ),
        (
            RunStatus.FAILED,
            {"comparisons": (compared("a", Outcome.UNREADABLE),)},
            "1 of 1 view is unreadable.",
        ),
        (
            RunStatus.FAILED,
            {"sessions": (a_session(findings=(a_finding(),)),)},
            "1 problem was found on the site.",
        ),
        (
            RunStatus.FAILED,
            {"sessions": (a_session(status=SessionStatus.FAILED, error="gone"),)},
            "shop could not be played to its end.",
        ),
        (RunStatus.TIMEOUT, {}, "The run did not finish within 30 minutes."),
        (RunStatus.ERROR, {}, "The run could not be judged; the fault is on our side, not the site's."),
        (RunStatus.CANCELLED, {}, "A person cancelled the run."),
        (RunStatus.RUNNING, {}, "The run has not ended yet."),
    ],
)
def test_the_verdict_is_one_sentence(status, changes, headline):
    assert model(a_report(status, **changes)).headline == headline


def test_a_skipped_run_says_so_without_a_definition():
    run = replace(a_run(), status=RunStatus.SKIPPED)

    page = model(a_report(RunStatus.PASSED, run=run, definition=None, sessions=(), comparisons=()))

    assert (page.headline, page.title, page.word) == ("The run was skipped.", "nightly-shop", "Skipped")


def test_differing_views_come_first_the_changed_ones_by_their_score():
    comparisons = (
        compared("a", Outcome.UNCHANGED),
        compared("b", Outcome.ADDED, 1.0),
        compared("c", Outcome.CHANGED, 0.1),
        compared("d", Outcome.REMOVED, 1.0),
        compared("e", Outcome.CHANGED, 0.4),
    )

    page = model(a_report(RunStatus.FAILED, comparisons=comparisons))

    assert [card.view.name for card in page.attention] == ["e", "c", "d", "b"]
    assert [card.view.name for card in page.quiet] == ["a"]
    assert page.view_count == 5


def test_a_first_run_asks_to_look_at_every_picture_and_says_how_to_accept_them():
    report = a_report(RunStatus.NEEDS_REVIEW, comparisons=(), baseline=None)

    page = model(report)

    assert [(card.word, card.tone, card.old) for card in page.attention] == [
        ("Needs review", Tone.LOOK, None)
    ]
    assert page.accept_command == f"inspect-pipelines baselines adopt {report.run.id}"
    assert page.attention[0].accept_command == f"{page.accept_command} --view shop/home@desktop"


def test_a_view_with_an_odd_name_is_quoted_for_the_shell():
    shot = a_screenshot(view=a_view("it's $(here)"))

    page = model(a_report(RunStatus.NEEDS_REVIEW, comparisons=(), sessions=(a_session(screenshots=(shot,)),)))

    assert page.attention[0].accept_command.endswith("""--view 'shop/it'"'"'s $(here)@desktop'""")


def test_accepting_another_environment_needs_force():
    shot = a_screenshot("pay", environment=replace(ENVIRONMENT, os="Fedora"))
    report = a_report(
        RunStatus.NEEDS_REVIEW,
        comparisons=(CHANGED,),
        sessions=(a_session(screenshots=(shot,)),),
        baseline=a_baseline(views=("pay",)),
    )

    page = model(report)

    assert page.headline == "The environment changed, so a person decides."
    assert page.accept_command.endswith(" --force")
    assert page.attention[0].accept_command.endswith(" --force")


def test_there_is_nothing_to_accept_when_all_is_as_approved_or_nothing_was_seen():
    assert model(a_report(RunStatus.PASSED)).accept_command == ""
    assert model(a_report(RunStatus.ERROR, sessions=(), comparisons=())).accept_command == ""


def test_pictures_of_a_run_that_ended_early_are_shown_as_not_compared():
    page = model(a_report(RunStatus.TIMEOUT, comparisons=()))

    assert [(card.word, card.tone, card.accept_command) for card in page.attention] == [
        ("Not compared", Tone.NEUTRAL, "")
    ]


def test_a_failed_run_without_a_baseline_calls_no_picture_different_and_offers_none_to_accept():
    sessions = (a_session(findings=(a_finding(),)),)

    page = model(a_report(RunStatus.FAILED, comparisons=(), baseline=None, sessions=sessions))

    assert (page.attention_word, page.accept_command) == ("Not compared", "")
    assert model(a_report(RunStatus.FAILED, comparisons=(CHANGED,))).attention_word == "Differ"
    assert model(a_report(RunStatus.NEEDS_REVIEW, comparisons=())).attention_word == "To review"


def test_a_finding_of_two_viewports_is_told_once_and_failing_ones_first():
    console = a_finding(kind=FindingKind.CONSOLE_ERROR, severity=Severity.WARNING, message="404")
    note = a_finding(kind=FindingKind.NOT_QUIET, severity=Severity.INFO, message="busy")
    findings = (note, console, a_finding(), a_finding(viewport="phone"))

    page = model(a_report(RunStatus.FAILED, sessions=(a_session(findings=findings),)))

    assert [(c.finding.severity.value, c.viewports, c.is_failing) for c in page.findings] == [
        ("error", ("desktop", "phone"), True),
        ("warning", ("desktop",), False),
        ("info", ("desktop",), False),
    ]
    assert page.failing_findings == 1


def test_steps_stand_side_by_side_over_viewports():
    steps = (
        StepResult("a", "Open", "desktop", StepStatus.PASSED, 800),
        StepResult("b", "Pay", "desktop", StepStatus.PASSED, 1200),
        StepResult("a", "Open", "phone", StepStatus.FAILED, 300, "gone"),
    )

    (card,) = model(a_report(RunStatus.FAILED, sessions=(a_session(steps=steps),))).sessions

    assert card.viewports == ("desktop", "phone")
    assert [(row.name, [r.duration_ms if r else None for _, r in row.results]) for row in card.rows] == [
        ("Open", [800, 300]),
        ("Pay", [1200, None]),
    ]
    assert card.longest_ms == 1200


def test_a_view_whose_rows_moved_has_no_boxes_on_the_approved_picture():
    moved = replace(CHANGED, layout_px=64, old_sha256=a_sha("a"))

    page = model(a_report(RunStatus.FAILED, comparisons=(moved,)))

    assert not page.attention[0].regions_fit_old
