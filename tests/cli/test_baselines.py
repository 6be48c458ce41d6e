"""`baselines noise` as a person uses it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from builders import a_baseline, a_run, a_schedule, a_screenshot, a_session, a_sha, a_view
from inspect_pipelines.cli.baselines import baselines
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.drift_track import Track
from inspect_pipelines.domain.ids import BaselineId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.verdict import Verdict
from inspect_pipelines.errors import NotFound
from inspect_pipelines.facts.run import run_facts
from inspect_pipelines.wiring import house as wired
from resources.clock import SystemClock


@pytest.fixture
def house(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    house = wired(Settings())
    house.ledgers.migrate()
    with house.ledger.write() as ledger:
        ledger.definitions.save(a_schedule(), by="test", at=a_run().requested_at)
    return house


def call(*arguments: str):
    return CliRunner().invoke(baselines, arguments, catch_exceptions=False)


def ended(
    house, number: int, score: float, *, status: RunStatus = RunStatus.PASSED, at: datetime | None = None
):
    run = a_run(number) if at is None else replace(a_run(number), requested_at=at, nominal_at=at)
    comparison = Comparison(
        a_view(), Outcome.UNCHANGED, passed=True, reason="", score=score, score_method="v2", tolerance=0.02
    )
    with house.ledger.write() as ledger:
        ledger.runs.request(run)
        claimed = replace(
            run, status=RunStatus.RUNNING, dagster_run_id=f"d{number}", claimed_at=run.requested_at
        )
        assert ledger.runs.claim(claimed)
        done = replace(claimed, status=status, completed_at=run.requested_at + timedelta(minutes=1))
        assert ledger.runs.conclude(done)
        verdict = Verdict(None, status, ("as approved",))
        facts = run_facts(done, a_schedule(), (), [comparison], verdict, baseline_id=None, report_path="")
        ledger.journal.append("run", facts, at=run.requested_at)


def test_the_noise_of_clean_runs_and_a_fitting_tolerance_are_shown(house):
    for number, score in enumerate((0.001, 0.004, 0.0, 0.002, 0.003), start=1):
        ended(house, number, score)
    ended(house, 6, 0.9, status=RunStatus.FAILED)

    (row,) = json.loads(call("noise", "nightly-shop", "--json").output)

    assert row == {
        "view": "shop/home@desktop",
        "runs": 5,
        "median": 0.002,
        "highest": 0.004,
        "tolerance": 0.02,
        "suggested_tolerance": 0.006,
    }
    assert (
        "shop/home@desktop  5     0.0020  0.0040   0.02       0.006" in call("noise", "nightly-shop").output
    )


def test_few_clean_runs_say_what_is_missing(house):
    ended(house, 1, 0.001)

    assert "a suggestion needs 5 runs that passed" in call("noise", "nightly-shop").output


def test_no_clean_run_says_what_to_do(house):
    assert "no run of 'nightly-shop' has been compared and passed yet" in call("noise", "nightly-shop").output


def test_an_unknown_definition_is_a_sentence(house):
    with pytest.raises(
        NotFound, match=r"definition 'nighty' has no noise floor: .* \(applied: nightly-shop\)"
    ):
        call("noise", "nighty")


def shown(house, number: int, *names: str) -> str:
    """The id of a run that took these views and ended."""
    run = a_run(number)
    shots = tuple(a_screenshot(name) for name in names)
    with house.ledger.write() as ledger:
        ledger.runs.request(run)
        claimed = replace(
            run, status=RunStatus.RUNNING, dagster_run_id=f"d{number}", claimed_at=run.requested_at
        )
        assert ledger.runs.claim(claimed)
        ledger.evidence.save_session(run.id, a_session(id=f"{run.id}.1", screenshots=shots))
        assert ledger.runs.conclude(replace(claimed, status=RunStatus.FAILED, completed_at=run.requested_at))
    return run.id


def test_adopting_names_what_stays_and_how_it_is_dropped(house):
    call("adopt", shown(house, 1, "home", "cart"))
    run_id = shown(house, 2, "home")

    kept = call("adopt", run_id).output
    dropped = call("adopt", run_id, "--drop", "cart").output

    assert f"in use: 2 views, 1 of them from run {run_id}\n" in kept
    assert (
        "not in this run, approved as before: shop/cart@desktop; what is gone on purpose is dropped with"
        in kept
    )
    assert f"inspect-pipelines baselines adopt {run_id} --drop shop/cart@desktop" in kept
    assert f"in use: 1 view, 0 of them from run {run_id}, 1 view dropped\n" in dropped


def test_the_beginning_of_a_runs_id_is_enough_to_adopt_it(house):
    """`runs list` prints short ids on a terminal, and `adopt` once knew only whole ones."""
    run_id = shown(house, 1, "home")

    assert f"from run {run_id}" in call("adopt", run_id[:13]).output


def test_a_wrong_name_says_what_is_near(house):
    with pytest.raises(NotFound, match=r"'nightly-shpo' is neither .* \(did you mean 'nightly-shop'\?\)"):
        call("adopt", "nightly-shpo")
    with pytest.raises(NotFound, match="'nightly-shop' has no run that has ended"):
        call("adopt", "nightly-shop")


def test_a_deleted_baseline_is_listed_when_asked_for_and_restored_by_its_beginning(house):
    with house.ledger.write() as ledger:
        for name in ("aaaaaaaa1", "bbbbbbbb2"):
            ledger.baselines.add(a_baseline(id=BaselineId(name)))

    asked = CliRunner().invoke(baselines, ["delete", "aaaaaa"], input="n\n")
    done = call("delete", "aaaaaa", "--yes")

    assert "Delete baseline aaaaaaaa1? [y/N]" in asked.output
    assert done.output == (
        "baseline aaaaaaaa1 of 'nightly-shop' is deleted; undo it with: "
        "inspect-pipelines baselines restore aaaaaaaa1\n"
    )
    assert "aaaaaaaa1" not in call("list").output
    assert "deleted  nightly-shop  aaaaaaaa1" in call("list", "--deleted").output
    assert "aaaaaaaa1 of 'nightly-shop' is there again" in call("restore", "aaaaaa").output
    assert "aaaaaaaa1" in call("list").output


def test_how_steady_each_view_is_and_what_it_has_drifted_by(house):
    now = SystemClock().now()
    track = Track(
        a_sha("a"), "v2", a_sha("b"), now, spent=1.2, runs=4, since=datetime(2026, 11, 3, tzinfo=UTC)
    )
    for number in range(1, 7):
        ended(house, number, 0.016, at=now - timedelta(days=number))
    with house.ledger.write() as ledger:
        ledger.drift_tracks.keep("nightly-shop", {a_view(): {"A": track}})

    told = call("steadiness", "nightly-shop").output
    (view,) = json.loads(call("steadiness", "nightly-shop", "--json").output)["views"]

    assert "shop/home@desktop  at_risk  0/6     0/6      20%       60% since 2026-11-03" in told
    assert (view["rung"], view["drift"]["runs"], view["month"]["runs"]) == ("at_risk", 4, 6)


def test_where_nothing_ran_nothing_is_steady_and_an_unknown_definition_is_a_sentence(house):
    assert (
        "no run of 'nightly-shop' has passed or failed within 60 days"
        in call("steadiness", "nightly-shop").output
    )
    with pytest.raises(NotFound, match="definition 'nighty' stands nowhere: it is not applied"):
        call("steadiness", "nighty")
