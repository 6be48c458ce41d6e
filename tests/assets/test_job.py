"""The five ops as Dagster executes them, over a real ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from assets import tags
from assets.job import check_of, job_of
from builders import NOW, a_plan, a_run, a_schedule, a_screenshot, a_session, a_sha
from galleries import MemoryGallery
from houses import CollectingChannel, ScriptedSessions, a_house, apply
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.review import CANCEL_REQUESTED
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import SessionStatus
from inspect_pipelines.errors import Forbidden, SetupMissing, Unavailable
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.adopt import adopt

SCHEDULE = a_schedule(plan=a_plan(notify=(NotifyRule(RuleEvent.ON_COMPLETE, ("slack:#qa",)),)))
TICK = "cron:nightly-shop:2026-11-22T07:00Z"


@pytest.fixture
def channel() -> CollectingChannel:
    return CollectingChannel()


@pytest.fixture
def house(tmp_path: Path, channel: CollectingChannel) -> House:
    house = a_house(tmp_path, channels=[("*", channel)], gallery=MemoryGallery())
    apply(house, SCHEDULE)
    return house


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def execute(
    house: House, instance: dg.DagsterInstance, origin: str | None = TICK
) -> dg.ExecuteInProcessResult:
    return job_of(SCHEDULE, Naming(DEFAULT_ORG), house).execute_in_process(
        instance=instance,
        tags={tags.ORIGIN: origin} if origin else {},
        raise_on_error=False,
    )


def latest(house: House) -> Run:
    with house.ledger.read() as ledger:
        return ledger.runs.latest()[0]


def test_a_first_run_is_green_in_dagster_with_a_warning_on_its_check(
    house: House, instance: dg.DagsterInstance
) -> None:
    result = execute(house, instance)

    assert result.success
    assert latest(house).status is RunStatus.NEEDS_REVIEW
    (evaluation,) = result.get_asset_check_evaluations()
    assert (evaluation.passed, evaluation.severity) == (False, dg.AssetCheckSeverity.WARN)


def test_the_score_is_a_float_that_dagster_plots(house: House, instance: dg.DagsterInstance) -> None:
    execute(house, instance)
    adopt(house, latest(house).id, by="user:ada")
    house.clock.sleep(60)

    result = execute(house, instance, "cron:nightly-shop:2026-11-23T07:00Z")

    assert latest(house).status is RunStatus.PASSED
    materializations = result.asset_materializations_for_node("compare")
    assert materializations[0].asset_key == dg.AssetKey(["nightly_shop", "comparisons"])
    assert materializations[0].metadata["score"] == dg.FloatMetadataValue(0.0)


def test_a_tick_that_is_launched_twice_ends_green_as_a_duplicate(
    house: House, instance: dg.DagsterInstance
) -> None:
    execute(house, instance)

    second = execute(house, instance)

    assert second.success
    assert instance.get_run_by_id(second.run_id).tags[tags.DUPLICATE_OF] == latest(house).id
    assert len(house.sessions.requests) == 1


def test_a_skipped_run_ends_green_with_its_reason(house: House, instance: dg.DagsterInstance) -> None:
    apply(house, replace(SCHEDULE, enabled=False))

    result = execute(house, instance)

    assert result.success
    assert latest(house).status is RunStatus.SKIPPED
    assert "switched off" in instance.get_run_by_id(result.run_id).tags[tags.SKIPPED]


def test_a_launch_without_any_tag_works(house: House, instance: dg.DagsterInstance) -> None:
    result = execute(house, instance, origin=None)

    assert latest(house).origin == f"dagster:{result.run_id}"


def test_a_missing_browser_ends_the_run_as_our_error_and_people_hear_of_it(
    house: House, instance: dg.DagsterInstance, channel: CollectingChannel
) -> None:
    house.sessions.results = [SetupMissing("no Chromium on PATH; install it with: apt-get install chromium")]

    result = execute(house, instance)

    assert not result.success
    assert latest(house).status is RunStatus.ERROR
    assert latest(house).reason == "no Chromium on PATH; install it with: apt-get install chromium"
    assert [n.title for n in channel.sent] == ["Nightly shop: error"]


def test_a_terminated_run_is_cancelled(house: House, instance: dg.DagsterInstance) -> None:
    house.sessions.results = [dg.DagsterExecutionInterruptedError()]

    result = execute(house, instance)

    assert not result.success
    assert latest(house).status is RunStatus.CANCELLED


def test_an_interruption_after_the_deadline_is_a_timeout(house: House, instance: dg.DagsterInstance) -> None:
    class Slow(ScriptedSessions):
        def play(self, request, *, deadline, cancelled, told):
            house.clock.sleep(31 * 60)
            raise dg.DagsterExecutionInterruptedError

    execute(replace(house, sessions=Slow()), instance)

    assert latest(house).status is RunStatus.TIMEOUT


def test_people_hear_of_a_run_whose_report_cannot_be_written(
    house: House, instance: dg.DagsterInstance, channel: CollectingChannel
) -> None:
    """A defect in the report's template once swallowed the notification of a concluded run."""

    class FullDisk:
        def url(self, run_id):
            return house.reports.url(run_id)

        def write(self, report):
            raise Unavailable("the report cannot be written: no space left on device")

    result = execute(replace(house, reports=FullDisk()), instance)

    assert not result.success
    assert latest(house).status is RunStatus.NEEDS_REVIEW
    assert [n.title for n in channel.sent] == ["Nightly shop: needs review"]


def test_the_check_executed_by_hand_repeats_the_last_verdict(
    house: House, instance: dg.DagsterInstance
) -> None:
    house.sessions.results = [a_session(screenshots=(a_screenshot(sha256=a_sha("c")),))]
    execute(house, instance)

    result = check_of(SCHEDULE, Naming(DEFAULT_ORG), house)()

    assert result.passed is False
    assert result.metadata["status"].value == "needs_review"


def test_a_run_whose_worker_died_does_not_keep_the_next_one_out(
    house: House, instance: dg.DagsterInstance
) -> None:
    """Without a daemon nobody reconciles, and every later tick was skipped as an overlap."""
    with house.ledger.write() as ledger:
        dead = ledger.runs.request(a_run(900, requested_at=NOW - timedelta(days=1)))
        ledger.runs.claim(dead.claimed("d-dead", now=house.clock.now()))
    house.workers.dead.add("d-dead")

    result = execute(house, instance)

    assert result.success
    assert latest(house).status is RunStatus.NEEDS_REVIEW
    with house.ledger.read() as ledger:
        assert ledger.runs.find(dead.id).status is RunStatus.ERROR


def test_a_history_that_is_behind_fails_no_run(house: House, instance: dg.DagsterInstance) -> None:
    class Damaged:
        def drain(self) -> bool:
            raise Unavailable("the history is damaged")

    result = execute(replace(house, history=Damaged()), instance)

    assert result.success
    assert latest(house).status is RunStatus.NEEDS_REVIEW


def test_a_cancel_keeps_what_was_seen_and_is_a_cancel_in_dagster_too(
    house: House, instance: dg.DagsterInstance
) -> None:
    class Cancelling(ScriptedSessions):
        """A person cancels while the session plays; it stops where it is."""

        def play(self, request, *, deadline, cancelled, told):
            run = latest(house)
            with house.ledger.write() as ledger:
                ledger.reviews.append(
                    run.id,
                    CANCEL_REQUESTED,
                    by="user:ada",
                    detail="a deploy",
                    at=house.clock.now(),
                )
            assert cancelled()
            return a_session(id=request.id, status=SessionStatus.CANCELLED, error="cancelled in step 'pay'")

    execute(replace(house, sessions=Cancelling()), instance)

    run = latest(house)
    assert (run.status, run.reason) == (RunStatus.CANCELLED, "cancelled by ada: a deploy")
    (report,) = house.reports.written
    assert [session.error for session in report.sessions] == ["cancelled in step 'pay'"]
    assert instance.get_run_by_id(run.dagster_run_id).status is dg.DagsterRunStatus.CANCELED


def test_a_run_executes_as_the_service_account(house: House) -> None:
    """A defect in what plays hostile pages could have made members, or read whose browser is signed in."""
    job = job_of(SCHEDULE, Naming(DEFAULT_ORG), house)

    seen = job.resource_defs["house"].resource_fn(None)

    with seen.ledger.write() as session, pytest.raises(Forbidden, match="a run executes as 'service:runs'"):
        session.members.all()


@pytest.mark.parametrize(("priority", "tag"), [(0, None), (-5, "-5"), (100, "100")])
def test_the_queue_sees_a_definitions_priority(house: House, priority: int, tag: str | None) -> None:
    job = job_of(a_schedule(plan=a_plan(priority=priority)), Naming(DEFAULT_ORG), house)

    assert job.run_tags.get("dagster/priority") == tag
