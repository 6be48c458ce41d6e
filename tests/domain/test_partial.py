"""Parts of a plan in the rules: what was not looked at neither fails, passes, resolves nor becomes anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from books import Books
from builders import a_baseline, a_finding, a_plan, a_playbook, a_schedule, a_screenshot, a_session, a_view
from ends import NIGHTLY
from history_builders import a_comparison
from inspect_pipelines.domain.acceptance import accepted_by_policy
from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.baseline import concerning, unattempted
from inspect_pipelines.domain.comparison import Outcome, not_attempted
from inspect_pipelines.domain.plan import BaselinePolicy, NotifyRule, RuleEvent
from inspect_pipelines.domain.playbook import Step
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.selection import WHOLE, Selection
from inspect_pipelines.domain.verdict import Verdict, VerdictKind, decide

HOME = Selection(views=("home",))
STEPS = tuple(Step(name, name, (Goto("/"), TakeScreenshot(name))) for name in ("home", "cart"))
DEFINITION = a_schedule(plan=a_plan(playbooks=(a_playbook(steps=STEPS),)))
BASELINE = a_baseline(views=("home", "cart"))
CHANGED = a_comparison("home", outcome=Outcome.CHANGED, passed=False)


@pytest.fixture
def books() -> Books:
    books = Books()
    books.define()
    return books


def test_a_part_is_compared_with_what_it_tries_to_show_and_the_rest_was_not_run():
    sessions = [a_session()]

    part = concerning(BASELINE, sessions, DEFINITION, HOME)

    assert part is not None
    assert {view.name for view in part.images} == {"home"}
    assert concerning(BASELINE, sessions, DEFINITION, Selection(views=("none",))) is None
    assert unattempted(BASELINE, DEFINITION, HOME) == {a_view("cart")}
    assert unattempted(BASELINE, DEFINITION, WHOLE) == unattempted(None, DEFINITION, HOME) == frozenset()
    (left,) = not_attempted([a_view("cart")], HOME)
    assert (left.was_run, left.passed, left.reason) == (
        False,
        True,
        "not looked at: the run was asked for --view home only",
    )


def test_a_verdict_counts_what_was_looked_at():
    seen = a_comparison("home", outcome=Outcome.UNCHANGED, passed=True)
    left = not_attempted([a_view("cart")], HOME)
    shown = [a_session(screenshots=(a_screenshot("home"),))]

    both = decide(shown, [seen, *left], baseline_enabled=True, baseline=BASELINE)
    nothing = decide(shown, left, baseline_enabled=True, baseline=BASELINE)

    assert both.reasons == ("1 of 1 views look as approved, 1 were not run",)
    assert nothing.run_status is RunStatus.NEEDS_REVIEW


def test_a_part_resolves_what_it_has_looked_at(books: Books):
    books.end(comparisons=[CHANGED])
    left = not_attempted([a_view("home")], Selection(views=("cart",)))
    seen = a_comparison("home", outcome=Outcome.UNCHANGED, passed=True)

    books.end(RunStatus.PASSED, "as approved", comparisons=left, selection=Selection(views=("cart",)))
    assert [one.is_open for one in books.incidents()] == [True]
    books.end(RunStatus.NEEDS_REVIEW, "another environment", comparisons=[seen], selection=HOME)
    assert books.incidents()[0].is_open
    books.end(RunStatus.PASSED, "as approved", comparisons=[seen], selection=HOME)
    assert not books.incidents()[0].is_open


def test_a_part_resolves_neither_findings_nor_what_was_ours(books: Books):
    books.end(sessions=[a_session(findings=(a_finding(),))])
    books.end(RunStatus.ERROR, "the browser died")

    books.end(RunStatus.PASSED, "as approved", selection=HOME)
    assert all(one.is_open for one in books.incidents())
    books.end(RunStatus.PASSED, "as approved")
    assert not any(one.is_open for one in books.incidents())


def test_a_part_says_nothing_of_a_commit(books: Books):
    books.define(NotifyRule(RuleEvent.ON_COMPLETE, ("github", "slack:#qa")))
    commit = {"repo": "acme/shop", "head_sha": "0123abc"}

    part = books.end(RunStatus.PASSED, "as approved", variables=commit, selection=HOME)
    whole = books.end(RunStatus.PASSED, "as approved", variables=commit)

    assert [note.target for note in part] == ["slack:#qa"]
    assert [note.target for note in whole] == ["github", "slack:#qa"]


def test_no_policy_accepts_a_part(books: Books):
    books.define(baseline=BaselinePolicy(first_run="adopt"))
    shots = [a_session(screenshots=(a_screenshot("home"),))]
    verdict = Verdict(VerdictKind.PASSED, RunStatus.PASSED, ("as approved",))
    books.end(RunStatus.PASSED, "as approved", sessions=shots, verdict=verdict)
    whole = books.ends[-1]

    assert accepted_by_policy(replace(whole, baseline_id="b"), None) is not None
    part = replace(whole, baseline_id="b", run=replace(whole.run, selection=HOME))
    assert accepted_by_policy(part, None) is None
    assert part.run.definition_id == NIGHTLY
