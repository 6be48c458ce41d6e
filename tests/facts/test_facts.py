from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from builders import (
    ENVIRONMENT,
    NOW,
    a_baseline,
    a_finding,
    a_plan,
    a_run,
    a_schedule,
    a_session,
    a_sha,
    a_view,
)  # fmt: skip
from history_builders import a_comparison, a_failed_run, facts_of
from inspect_pipelines.domain.baseline import Variant
from inspect_pipelines.domain.comparison import Outcome
from inspect_pipelines.domain.ids import DEFAULT_ORG, BaselineId, DefinitionId
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.screenshot import Environment
from inspect_pipelines.domain.session import SessionStatus, StepResult, StepStatus
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.domain.verdict import Verdict, VerdictKind
from inspect_pipelines.facts.baseline import baseline_facts
from inspect_pipelines.facts.definition import definition_facts
from inspect_pipelines.facts.run import run_facts

VERDICT = Verdict(VerdictKind.FAILED, RunStatus.FAILED, ("the header moved",))


def row_of(run=None, definition=None, sessions=(), comparisons=(), verdict=VERDICT):
    run = run or a_failed_run()
    return run_facts(run, definition, sessions, comparisons, verdict, baseline_id=None, report_path="")["run"]


def test_the_diff_score_is_the_worst_view_not_the_mean():
    views = [a_comparison("a", score=0.0), a_comparison("b", score=0.4), a_comparison("c", score=0.02)]

    assert row_of(comparisons=views)["baseline_diff_score"] == 0.4


def test_a_run_without_comparisons_has_no_diff_score_rather_than_zero():
    assert row_of()["baseline_diff_score"] is None


def test_views_are_counted_by_outcome():
    views = [
        a_comparison("a", outcome=Outcome.UNCHANGED, passed=True),
        a_comparison("b", outcome=Outcome.CHANGED, passed=True),
        a_comparison("c", outcome=Outcome.CHANGED),
        a_comparison("d", outcome=Outcome.REMOVED),
        a_comparison("e", outcome=Outcome.UNREADABLE),
    ]

    row = row_of(comparisons=views)

    counts = {key.removeprefix("views_"): row[key] for key in row if key.startswith("views_")}
    assert counts == {
        "count": 5, "failed": 3, "unchanged": 1, "changed": 2, "added": 0, "removed": 1, "unreadable": 1, "not_run": 0,
    }  # fmt: skip


def test_lateness_is_measured_against_the_nominal_time():
    run = a_run(0).claimed("d", now=NOW + timedelta(seconds=90))
    run = run.concluded(RunStatus.PASSED, "", now=NOW + timedelta(seconds=100))

    row = row_of(run, sessions=[a_session(browser_ms=3000), a_session(browser_ms=4000)])

    assert (row["late_ms"], row["duration_ms"], row["browser_ms"]) == (90_000, 10_000, 7000)
    assert (row["scheduled_at"], row["started_at"]) == ("2026-11-22T07:00:00Z", "2026-11-22T07:01:30Z")


@pytest.mark.parametrize(("kind", "schedule", "trigger"), [("schedule", "d", None), ("trigger", None, "d")])
def test_a_run_belongs_to_a_schedule_or_to_a_trigger(kind, schedule, trigger):
    run = replace(
        a_failed_run(), definition_kind=kind, definition_id=DefinitionId("d"), variables={"pr": "7"}
    )

    row = row_of(run)

    assert (row["schedule_id"], row["trigger_id"], row["definition_id"]) == (schedule, trigger, "d")
    assert row["trigger_event"] == ({"pr": "7"} if trigger else None)


def test_only_our_own_failures_have_an_error_message():
    crashed = a_run().claimed("d", now=NOW).concluded(RunStatus.ERROR, "the browser died", now=NOW)

    assert row_of(crashed)["error_message"] == "the browser died"
    assert row_of()["error_message"] is None


def test_the_baseline_set_is_the_plans_shared_one_or_the_definitions_own():
    shared = a_schedule(plan=a_plan(baseline=BaselinePolicy(set="shop", tolerance=0.1)))

    assert row_of(definition=shared)["baseline_set"] == "shop"
    assert row_of(definition=shared)["tolerance_score"] == 0.1
    assert row_of(definition=a_schedule())["baseline_set"] == "nightly-shop"
    assert row_of(definition=None)["baseline_set"] == "nightly-shop"


def test_the_environment_is_that_of_the_first_session_whose_browser_came_up():
    later = Environment("Chromium 200", "Debian", "ff", 2.0)

    sessions = [
        a_session(playbook="blog", environment=None),
        a_session(),
        a_session(playbook="pay", environment=later),
    ]
    row = row_of(sessions=sessions)

    assert (row["browser"], row["os"], row["scale"]) == (ENVIRONMENT.browser, ENVIRONMENT.os, 1.0)
    assert row_of()["browser"] is None


def test_sessions_say_how_many_steps_failed_and_findings_know_their_session():
    steps = tuple(StepResult(f"s{at}", "Step", "desktop", status, 5) for at, status in enumerate(StepStatus))
    session = a_session(steps=steps, findings=(a_finding(), a_finding(step_id="cart")))

    facts = run_facts(a_failed_run(), None, [session], [], VERDICT, baseline_id=None, report_path="")

    assert (facts["sessions"][0]["steps_count"], facts["sessions"][0]["steps_failed"]) == (5, 1)
    assert [(row["session_id"], row["step_id"]) for row in facts["findings"]] == [
        (session.id, "pay"),
        (session.id, "cart"),
    ]


def test_a_comparison_takes_its_route_from_the_screenshot_and_the_run_names_the_baseline():
    facts = run_facts(
        a_failed_run(),
        None,
        [a_session()],
        [a_comparison("home"), a_comparison("gone", outcome=Outcome.REMOVED)],
        VERDICT,
        baseline_id=BaselineId("b1"),
        report_path="",
    )

    assert [(row["name"], row["route"]) for row in facts["comparisons"]] == [("home", "/home"), ("gone", "")]
    assert facts["run"]["baseline_id"] == "b1"


def test_facts_are_json_with_nothing_left_out_or_infinite():
    facts = facts_of(a_failed_run())

    assert json.loads(json.dumps(facts, allow_nan=False)) == facts


def test_a_definitions_facts_hold_its_whole_configuration():
    schedule = definition_facts(a_schedule(), at=NOW, by="user:ada", deleted=True)["schedule"]
    trigger = Trigger(DefinitionId("t"), DEFAULT_ORG, "T", "deployment.completed", a_plan(), repo="acme/shop")

    assert (schedule["cron_expression"], schedule["timezone"]) == ("0 2 * * *", "America/New_York")
    assert schedule["config"]["plan"]["timeout_minutes"] == 30
    assert schedule["deleted_at"] == "2026-11-22T07:00:00Z"
    made = definition_facts(trigger, at=NOW, by="user:ada")["trigger"]
    assert (made["event_type"], made["repo_pattern"], made["deleted_at"]) == (
        "deployment.completed", "acme/shop", None,
    )  # fmt: skip


def test_a_baselines_facts_list_its_pictures_in_a_fixed_order():
    home = a_baseline().images[a_view()]
    further = Variant(replace(home, sha256=a_sha("e"), letter="B"), "user:ada", NOW)
    both = baseline_facts(a_baseline(images={a_view(): replace(home, variants=(further,))}))["baseline"]
    told = [(one["name"], one["variant"], one["sha256"]) for one in both["screenshots"]]
    assert told == [("home", "A", a_sha()), ("home", "B", a_sha("e"))]
    row = baseline_facts(a_baseline(views=("pay", "cart")))["baseline"]

    assert [shot["name"] for shot in row["screenshots"]] == ["cart", "pay"]
    assert (row["screenshots_count"], row["set_name"], row["browser"]) == (
        2,
        "nightly-shop",
        ENVIRONMENT.browser,
    )


def test_every_attempt_is_a_session_and_only_the_one_that_decides_is_counted():
    first = a_session(id="r.1", status=SessionStatus.FAILED, error="no button", findings=(a_finding(),))
    second = a_session(id="r.1.2", attempt=2, cause="finding")

    facts = run_facts(a_failed_run(), None, [first, second], [], VERDICT, baseline_id=None, report_path="")

    assert [(row["id"], row["attempt"], row["cause"]) for row in facts["sessions"]] == [
        ("r.1", 1, None),
        ("r.1.2", 2, "finding"),
    ]
    assert (facts["run"]["sessions_count"], facts["run"]["findings_count"], facts["findings"]) == (1, 0, [])
