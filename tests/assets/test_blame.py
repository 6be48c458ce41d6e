"""Which op is red in Dagster, over a real ledger and by the job's own executor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run_iterator

from assets import tags
from assets.compare import worst_first
from assets.job import job_of
from assets.notify import notify
from builders import a_plan, a_schedule, a_screenshot, a_session
from galleries import MemoryGallery
from history_builders import a_comparison
from houses import CollectingChannel, a_house, apply
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import SessionStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort

SCHEDULE = a_schedule(plan=a_plan(notify=(NotifyRule(RuleEvent.ON_COMPLETE, ("slack:#qa",)),)))
TICK = "cron:nightly-shop:2026-11-22T07:00Z"
LATER = "cron:nightly-shop:2026-11-23T07:00Z"


@pytest.fixture
def channel() -> CollectingChannel:
    return CollectingChannel()


@pytest.fixture
def house(tmp_path: Path, channel: CollectingChannel) -> House:
    house = a_house(tmp_path, channels=[("*", channel)], gallery=MemoryGallery())
    apply(house, SCHEDULE)
    return house


@pytest.fixture
def approved(house: House, instance: dg.DagsterInstance) -> House:
    """A run's two views are approved, and time has passed."""
    house.sessions.results = [a_session(screenshots=(a_screenshot("home"), a_screenshot("cart")))]
    launched(house, instance)
    adopt(house, latest(house).id, by="user:ada")
    house.clock.sleep(60)
    return house


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def latest(house: House) -> Run:
    with house.ledger.read() as ledger:
        return ledger.runs.latest()[0]


def launched(
    house: House, instance: dg.DagsterInstance, origin: str = TICK
) -> tuple[dg.DagsterRun, list[dg.DagsterEvent]]:
    """The run as a launcher executes it, by the job's own executor, with its events."""
    job = job_of(SCHEDULE, Naming(DEFAULT_ORG), house)
    run = instance.create_run_for_job(job, tags={**job.run_tags, tags.ORIGIN: origin})
    events = [*execute_run_iterator(InMemoryJob(job), run, instance)]
    return instance.get_run_by_id(run.run_id), events


def failed_ops(events: list[dg.DagsterEvent]) -> dict[str, str]:
    """What the red ops say."""
    return {
        event.step_key: event.step_failure_data.user_failure_data.description
        for event in events
        if event.is_step_failure
    }


def test_a_failed_run_is_red_where_it_failed_and_people_are_told_all_the_same(
    house: House, instance: dg.DagsterInstance, channel: CollectingChannel
) -> None:
    """The last op was red, `notify`, which had worked."""
    house.sessions.results = [a_session(status=SessionStatus.FAILED, error="button 'Buy' was not found")] * 2

    run, events = launched(house, instance)

    assert run.status is dg.DagsterRunStatus.FAILURE
    assert latest(house).status is RunStatus.FAILED
    assert [n.title for n in channel.sent] == ["Nightly shop: failed"]
    assert failed_ops(events) == {"collect_screenshots": "failed: shop: button 'Buy' was not found"}


def test_a_run_whose_pictures_differ_is_red_in_compare(approved: House, instance: dg.DagsterInstance) -> None:
    run, events = launched(approved, instance, LATER)

    assert run.status is dg.DagsterRunStatus.FAILURE
    assert list(failed_ops(events)) == ["compare"]
    assert failed_ops(events)["compare"].startswith("failed: shop/cart@desktop: ")
    assert latest(approved).status is RunStatus.FAILED


def test_the_worst_view_is_named_and_the_report_is_a_link(
    approved: House, instance: dg.DagsterInstance
) -> None:
    approved.sessions.results = [a_session(screenshots=(a_screenshot("home"),))]

    launched(approved, instance, LATER)

    event = instance.get_latest_materialization_event(dg.AssetKey(["nightly_shop", "comparisons"]))
    metadata = event.asset_materialization.metadata
    assert metadata["worst"].text.startswith("shop/cart@desktop: ")
    assert metadata["report"] == dg.MetadataValue.url(f"/runs/{latest(approved).id}")


def test_the_worst_view_is_the_one_with_the_largest_score() -> None:
    views = [
        a_comparison("a", score=0.1),
        a_comparison("b", score=0.9, passed=True),
        a_comparison("c", score=0.4),
    ]

    assert [each.view.name for each in worst_first(views)] == ["c", "a"]


def test_a_view_missing_from_the_run_fails_it(approved: House, instance: dg.DagsterInstance) -> None:
    launched(approved, instance, LATER)

    assert latest(approved).status is RunStatus.FAILED
    assert latest(approved).reason.startswith("shop/cart@desktop: ")


def test_views_that_a_failed_session_never_reached_are_not_called_removed(
    approved: House, instance: dg.DagsterInstance
) -> None:
    approved.sessions.results = [
        a_session(status=SessionStatus.FAILED, error="button 'Buy' was not found")
    ] * 2

    launched(approved, instance, LATER)

    assert latest(approved).reason == "shop: button 'Buy' was not found"


def test_a_run_that_was_ended_from_outside_is_red_in_notify(
    house: House, instance: dg.DagsterInstance
) -> None:
    run = start.request(house, SCHEDULE.id, {}, by="user:ada", key="1")
    abort(house, run.id, RunStatus.TIMEOUT, "too slow")
    context = dg.build_op_context(instance=instance, resources={"house": house})

    with pytest.raises(dg.Failure, match="timeout: too slow"):
        notify(context, run_id=run.id)
