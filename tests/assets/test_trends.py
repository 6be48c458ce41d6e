"""The history as assets, on a real Dagster and a real DuckDB file: what a day says, a month of them, and what is told of it."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import dagster as dg
import pytest

from assets.trends.checks import checks_of
from assets.trends.daily import HISTORY, trends_job_of, trends_of
from builders import a_screenshot, a_session
from ends import QA, Watch
from history_builders import a_comparison
from houses import CollectingChannel, a_house
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.retry import RetryClass
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.screenshot import Screenshot
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.send import send_waiting
from resources.history.store import DuckHistory
from sensors.trends import daily

Metadata = Mapping[tuple[str, str], Mapping[str, Any]]  # (asset, day) -> what it says

FIRST = Naming(DEFAULT_ORG)
BEGIN = datetime(2026, 6, 1, 7, tzinfo=UTC)  # of all runs here; Dagster knows no days that are to come
DAY = date(2026, 6, 7)


@pytest.fixture(scope="module")
def dagster() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:  # in memory: 400 events on a disk take 20 s
        yield instance


def a_house_with_history(home: Path, channel: CollectingChannel | None = None) -> House:
    house = a_house(home, channels=[("*", channel or CollectingChannel())])
    return replace(house, history=DuckHistory(home, house.ledgers, house.clock))


def begun(house: House) -> Watch:
    house.clock.at = BEGIN
    watch = Watch(house)
    watch.define(QA)
    return watch


def a_look(name: str = "home", *, score: float = 0.0) -> Comparison:
    """A view that passes."""
    return a_comparison(name, outcome=Outcome.UNCHANGED, passed=True, score=score, reason="")


def sessions_of(
    watch: Watch, *views: str, flaky: tuple[str, ...] = (), after: timedelta = timedelta(hours=1)
) -> list[SessionResult]:
    """What shows these views when some time has passed, and has to look again at some."""
    at = watch.house.clock.now() + after

    def shots(names: tuple[str, ...]) -> tuple[Screenshot, ...]:
        return tuple(a_screenshot(name, taken_at=at) for name in names)

    first = a_session(id=f"{at:%m%d%H}.1", screenshots=shots(views))
    again = a_session(id=f"{at:%m%d%H}.2", attempt=2, cause=RetryClass.VISUAL, screenshots=shots(flaky))
    return [first, again] if flaky else [first]


def defs_of(house: House, naming: Naming = FIRST) -> dg.Definitions:
    job = trends_job_of(house, naming)
    return dg.Definitions(
        assets=trends_of(house, naming),
        asset_checks=checks_of(house, naming.own(HISTORY)),
        jobs=[job],
        schedules=[daily(job, house)],
    )


def play(house: House, instance: dg.DagsterInstance, *days: date) -> dg.ExecuteInProcessResult:
    """The job, for one day or for a range of them as a backfill asks for it."""
    job = defs_of(house).resolve_job_def("_history")
    if len(days) == 1:
        return job.execute_in_process(instance=instance, partition_key=f"{days[0]}", raise_on_error=False)
    first, last = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
    tags = {first: f"{days[0]}", last: f"{days[-1]}"}
    return job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)


def checked(result: dg.ExecuteInProcessResult) -> Mapping[str, tuple[bool, int, int]]:
    """Check -> (passed, concerns found, told by this)."""
    return {
        one.check_name: (one.passed, one.metadata["found"].value, one.metadata["told_now"].value)
        for one in result.get_asset_check_evaluations()
    }


NAMES = ("pass_rate", "flake_rate", "drift", "coverage", "lateness", "alert_volume")


def told(result: dg.ExecuteInProcessResult) -> Metadata:
    """(asset, day) -> its metadata."""
    found = {}
    for event in result.get_asset_materialization_events():
        one = event.step_materialization_data.materialization
        found[one.asset_key.path[-1], one.partition] = {
            key: value.value for key, value in one.metadata.items()
        }
    return found


def numbers(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in metadata.items() if isinstance(value, int | float)}


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Twelve runs, one each other night, of which the fourth, eighth and last fail; nobody changes it."""
    slack = CollectingChannel()
    watch = begun(a_house_with_history(tmp_path_factory.mktemp("nights"), slack))
    later = timedelta(days=2, minutes=1)
    for night in range(12):
        failed = night % 4 == 3
        views = ("home", "cart") if night % 2 else ("home",)
        watch.end(
            RunStatus.FAILED if failed else RunStatus.PASSED,
            comparisons=[a_comparison("home") if failed else a_look(score=night / 1000), a_look("cart")],
            sessions=sessions_of(watch, *views, flaky=("cart",) if night == 3 else (), after=later),
            after=later,
        )
    send_waiting(watch.house)
    watch.house.clock.at = BEGIN + timedelta(days=40)
    return watch.house


@pytest.fixture(scope="module")
def month(nights: House, dagster: dg.DagsterInstance) -> Metadata:
    """What a backfill of June says."""
    result = play(nights, dagster, date(2026, 6, 1), date(2026, 6, 30))
    assert result.success
    return told(result)


def test_a_day_says_what_its_runs_were(month: Metadata) -> None:
    found = {name: month[name, "2026-06-09"] for name in NAMES}

    assert numbers(found["pass_rate"]) == {
        "runs": 1, "passed": 0, "failed": 1, "needs_review": 0, "errors": 0, "skipped": 0, "passed_percent": 0.0,
    }  # fmt: skip
    assert numbers(found["flake_rate"]) == {
        "compared": 2,
        "flaky": 1,
        "flaky_views": 1,
        "flaky_percent": 50.0,
    }
    assert numbers(month["drift", "2026-06-11"]) == {
        "views": 2, "at_risk": 0, "mean_used_percent": 10.0, "most_used_percent": 20.0,
    }  # fmt: skip
    assert numbers(month["coverage", "2026-06-11"]) == {
        "routes": 1,
        "views": 1,
        "pictures": 1,
        "routes_lost": 1,
    }
    assert numbers(found["lateness"])["runs"] == 1
    assert "shop/cart@desktop" in found["flake_rate"]["worst"]
    assert found["pass_rate"]["ask"] == (
        "`inspect-pipelines history report daily_passes first=2026-05-13 last=2026-06-09`"
    )


def test_a_chart_is_a_picture_of_four_weeks(month: Metadata) -> None:
    text = month["pass_rate", "2026-06-09"]["chart"]

    before, _, encoded = text.partition("base64,")
    assert before == "![passed percent, 28 days](data:image/svg+xml;"
    picture = base64.b64decode(encoded.rstrip(")")).decode()
    assert ElementTree.fromstring(picture).tag.endswith("svg")
    assert picture.count("h0") == 4  # nights until then, each beside one without a run
    assert "13 May" in picture
    assert (
        max(len(one["chart"]) for one in month.values()) < 1000
    )  # more of them Dagster shows at a click only


def test_a_month_computed_at_once_says_of_each_day_what_the_day_says_by_itself(
    nights: House, dagster: dg.DagsterInstance, month: Metadata
) -> None:
    assert len(month) == 30 * len(NAMES)
    runs = [one["runs"] for (name, _), one in month.items() if name == "pass_rate"]
    assert sum(runs) == 12

    for day in ("2026-06-09", "2026-06-10"):
        alone = told(play(nights, dagster, date.fromisoformat(day)))

        assert alone == {(name, at): one for (name, at), one in month.items() if at == day}


def test_a_day_without_runs_says_so_and_claims_no_share(month: Metadata) -> None:
    found = {name: month[name, "2026-06-10"] for name in NAMES}

    counts = ("runs", "passed", "failed", "needs_review", "errors", "skipped")
    assert numbers(found["pass_rate"]) == dict.fromkeys(counts, 0)
    assert numbers(found["lateness"]) == {"runs": 0}
    assert numbers(found["drift"]) == {"views": 0, "at_risk": 0}
    assert numbers(found["coverage"]) == {"routes": 0, "views": 0, "pictures": 0, "routes_lost": 2}
    assert numbers(found["alert_volume"]) == {"messages": 0, "openings": 0, "not_arrived": 0}
    assert {one["worst"] for one in found.values()} == {"nothing that day"}


def test_messages_are_counted_on_their_day(month: Metadata) -> None:
    days = {day: numbers(one)["openings"] for (name, day), one in month.items() if name == "alert_volume"}

    assert {day for day, openings in days.items() if openings} == {
        "2026-06-09"
    }  # one incident until it is mended


def test_a_history_that_is_not_there_is_no_day_without_runs(
    tmp_path: Path, dagster: dg.DagsterInstance
) -> None:
    house = begun(a_house_with_history(tmp_path)).house

    result = play(house, dagster, DAY)

    assert not result.success
    assert told(result) == {}
    failures = [one.step_failure_data for one in result.all_events if one.is_step_failure]
    said = [one.user_failure_data.description for one in failures if one.user_failure_data]
    assert len(said) >= len(NAMES)
    assert all("there is no run history yet" in one for one in said)


def test_each_night_asks_for_the_day_that_is_over_once_there_is_something_to_say(tmp_path: Path) -> None:
    watch = begun(a_house_with_history(tmp_path))
    schedule = daily(trends_job_of(watch.house, FIRST), watch.house)
    context = dg.build_schedule_context(scheduled_execution_time=BEGIN)

    before = schedule(context)
    watch.end(RunStatus.PASSED)
    after = schedule(context)

    assert before.skip_message == "no run has ended yet, so there is no history yet"
    assert (after.partition_key, after.run_key) == ("2026-05-31", "2026-05-31")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING


def test_a_job_plans_few_rows_and_each_organisation_has_its_own(tmp_path: Path) -> None:
    house = a_house_with_history(tmp_path)

    first = defs_of(house).resolve_job_def("_history").asset_layer
    other = defs_of(house, Naming(OrgId("acme-inc"), is_first=False)).resolve_job_def("_acme_inc__history")

    assert (len(first.selected_asset_keys), len(first.asset_graph.asset_check_keys)) == (
        6,
        3,
    )  # at most 20, which Dagster writes first
    assert {key.path[0] for key in other.asset_layer.selected_asset_keys} == {"_acme_inc__history"}


def test_too_many_flaky_looks_are_told_exactly_once_however_often_they_are_found(
    tmp_path: Path, dagster: dg.DagsterInstance
) -> None:
    slack = CollectingChannel()
    watch = begun(a_house_with_history(tmp_path, slack))
    for _ in range(10):
        shown = sessions_of(watch, "home", "cart", flaky=("cart",))
        watch.end(RunStatus.PASSED, comparisons=[a_look(), a_look("cart")], sessions=shown)
    watch.house.clock.at = BEGIN + timedelta(days=1)

    first = play(watch.house, dagster, BEGIN.date())
    watch.house.clock.at = BEGIN + timedelta(days=2)
    later = play(watch.house, dagster, BEGIN.date(), BEGIN.date() + timedelta(days=1))

    assert first.success  # a check that fails is no run that fails
    assert checked(first)["looks_are_steady"] == (False, 1, 1)
    assert checked(later)["looks_are_steady"] == (False, 1, 0)
    (note,) = [one for one in slack.sent if one.message and one.message.verdict == "flakes"]
    assert note.target == "slack:#qa"
    assert note.title == "Nightly shop: too many looks are flaky"
    assert "10 of 20 looks (50.0 %) of the week to 2026-06-01 differed at first" in note.text
    assert "shop/cart@desktop" in note.text
