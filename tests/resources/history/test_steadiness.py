"""Where the views of a definition stand, asked of a real history."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace

from builders import NOW, a_baseline, a_run, a_schedule, a_session, a_sha, a_view
from history_builders import Home, a_comparison
from inspect_pipelines.domain.baseline import Variant
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.drift_track import Distance, Track
from inspect_pipelines.domain.flakiness import Rung
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import SessionResult, SessionStatus
from inspect_pipelines.domain.verdict import Verdict
from inspect_pipelines.facts.run import run_facts
from inspect_pipelines.queries.steadiness import DefinitionSteadiness, steadiness_of_definition

TODAY = NOW + timedelta(days=10)


def ended(
    home: Home,
    number: int,
    *comparisons: Comparison,
    status: RunStatus = RunStatus.PASSED,
    sessions: tuple[SessionResult, ...] = (),
    at: datetime | None = None,
) -> None:
    at = at or NOW + timedelta(days=number)
    run = a_run(number).claimed(f"d{number}", now=at).concluded(status, "as it was", now=at)
    facts = run_facts(
        run, None, sessions, comparisons, Verdict(None, status, ("as it was",)), baseline_id=None, report_path=""
    )  # fmt: skip
    with home.ledger.write() as ledger:
        ledger.journal.append("run", facts, at=NOW)


def passing(name: str, score: float = 0.0, layout_px: int = 0, approved: str = "b") -> Comparison:
    return a_comparison(
        name,
        score=score,
        layout_px=layout_px,
        passed=True,
        outcome=Outcome.UNCHANGED,
        old_sha256=a_sha(approved),
    )


def asked(home: Home) -> DefinitionSteadiness:
    with home.ledger.write() as ledger:
        ledger.definitions.save(a_schedule("nightly-shop"), by="user:ada", at=NOW)
    house = SimpleNamespace(ledger=home.ledger, history=home.history, org_id=DEFAULT_ORG)
    found = steadiness_of_definition(house, "nightly-shop", now=TODAY)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_each_view_stands_where_its_runs_left_it_the_worst_first(home: Home) -> None:
    for number in range(1, 7):
        broken = a_comparison("broken")
        turns = a_comparison("turns") if number % 2 else passing("turns")
        ended(
            home, number, broken, turns, passing("close", 0.015), passing("rows", layout_px=2), passing("still"),
            status=RunStatus.FAILED,
        )  # fmt: skip
    ended(
        home, 7, a_comparison("still"), status=RunStatus.NEEDS_REVIEW
    )  # a person has to look; nothing failed

    found = asked(home)

    assert [(one.name.removeprefix("shop/"), one.rung) for one in found.views] == [
        ("broken@desktop", Rung.BROKEN),
        ("turns@desktop", Rung.UNSTABLE),
        ("close@desktop", Rung.AT_RISK),
        ("rows@desktop", Rung.NOISY),
        ("still@desktop", Rung.CLEAN),
    ]
    assert [round(one.headroom, 2) for one in found.views] == [0.0, 0.0, 0.25, 0.5, 1.0]
    assert found.views[0].month.runs == 6


def test_another_approved_picture_begins_an_era_and_drift_stands_beside_it(home: Home) -> None:
    for number in range(1, 4):
        ended(home, number, a_comparison("home"), status=RunStatus.FAILED)
    ended(home, 4, passing("home", approved="e"))
    track = Track(a_sha("e"), "m", a_sha("f"), NOW, (Distance(0.002),) * 20, 1.5, 4, NOW)
    with home.ledger.write() as ledger:
        ledger.drift_tracks.keep("nightly-shop", {a_view("home"): {"A": track}})

    (view,) = asked(home).views

    assert (view.rung, view.month.runs, view.era_since) == (Rung.CLEAN, 1, NOW + timedelta(days=4))
    assert view.drift is not None
    assert (view.drift.share, view.drift.runs, view.drift.since) == (0.75, 4, NOW)
    assert view.drift.own_tolerance == 0.005


def test_which_approved_picture_a_night_shows_begins_no_era_and_one_that_nobody_shows_is_debt(
    home: Home,
) -> None:
    approved_at = NOW - timedelta(days=40)
    (image,) = a_baseline().images.values()
    further = Variant(replace(image, sha256=a_sha("e"), letter="B"), "user:ada", approved_at)
    baseline = replace(a_baseline(), images={a_view("home"): replace(image, variants=(further,))})
    first = Track(image.sha256, "m", image.sha256, NOW + timedelta(days=4))
    second = replace(first, anchor=a_sha("e"), last_at=approved_at + timedelta(days=1))
    with home.ledger.write() as ledger:
        ledger.baselines.add(replace(baseline, created_at=approved_at))
        ledger.drift_tracks.keep("nightly-shop", {a_view("home"): {"A": first, "B": second}})
    for number in range(1, 5):
        ended(home, number, passing("home", approved="ae"[number % 2]))

    (view,) = asked(home).views

    assert (view.rung, view.month.runs) == (Rung.CLEAN, 4)
    assert view.unneeded == {
        "B": f"no run has shown it since {second.last_at:%Y-%m-%d}, while others of the view were shown"
    }


def test_a_playbook_stands_by_its_sessions_and_by_its_views(home: Home) -> None:
    session = a_session(started_at=NOW, completed_at=NOW + timedelta(days=5))
    failed = replace(session, id="s2", status=SessionStatus.FAILED, error="no button")
    again = replace(session, id="s3", attempt=2, cause="infra")
    ended(home, 1, sessions=(session,))
    ended(home, 2, sessions=(replace(failed, id="s4"), again))  # right at the second attempt
    ended(home, 3, sessions=(replace(session, id="s5"),))
    ended(home, 4, a_comparison("home"), status=RunStatus.FAILED, sessions=(replace(session, id="s6"),))

    (playbook,) = asked(home).playbooks

    assert (playbook.name, playbook.month.runs) == ("shop", 4)
    assert (playbook.month.failed, playbook.month.restless) == (1, 1)
    assert playbook.rung is Rung.UNSTABLE
    assert playbook.drift is None


def test_before_anything_ran_nothing_stands_anywhere(home: Home) -> None:
    assert asked(home) == DefinitionSteadiness(a_schedule("nightly-shop").id, (), ())
    house = SimpleNamespace(ledger=home.ledger, history=home.history, org_id=DEFAULT_ORG)
    assert steadiness_of_definition(house, "nighty", now=TODAY) is None  # type: ignore[arg-type]
