"""The nightly job on a real instance of Dagster: what goes of Dagster's own, what stays, and what it tells."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    GrpcServerCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from builders import NOW, a_schedule
from houses import a_house, an_estate, apply
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.retention import SWEPT, Kind, Retention
from inspect_pipelines.engine.upkeep import forget_runs, nightly, trim_debug, upkeep_job
from inspect_pipelines.ports.engine import UPKEEP
from inspect_pipelines.queries.status import status
from loopback_site.server import png
from resources.gallery.folder import FolderGallery
from resources.history.turns import Status

TOMORROW = timedelta(days=1)


@pytest.fixture
def dagster(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test(temp_dir=str(tmp_path)) as instance:
        yield instance


def a_dagster_run(instance: dg.DagsterInstance) -> str:
    @dg.op
    def talk(context: dg.OpExecutionContext) -> None:
        context.log.debug("a small thing")
        context.log.info("a large thing")

    @dg.job
    def talking() -> None:
        talk()

    return talking.execute_in_process(instance=instance).run_id


def messages(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    return [one.user_message for one in instance.all_logs(run_id) if not one.is_dagster_event]


def test_debug_lines_go_once_they_are_old_and_what_dagster_shows_of_a_run_stays(dagster) -> None:
    run_id = a_dagster_run(dagster)
    now = datetime.now(UTC)

    by = dg.DagsterRun("_upkeep")

    early = trim_debug(dagster, before=now - TOMORROW, by=by)
    lines = len(dagster.all_logs(run_id))
    done = trim_debug(dagster, before=now + TOMORROW, by=by)

    assert early.count == 0
    assert done.count >= 2
    assert len(dagster.all_logs(run_id)) == lines - done.count
    assert messages(dagster, run_id) == ["a large thing"]
    kinds = {one.dagster_event_type for one in dagster.all_logs(run_id) if one.is_dagster_event}
    assert {dg.DagsterEventType.STEP_SUCCESS, dg.DagsterEventType.RUN_SUCCESS} <= kinds
    steps = dagster.get_run_step_stats(run_id)
    assert [(one.step_key, one.status.value) for one in steps] == [("talk", "SUCCESS")]


def test_dagster_s_own_runs_go_with_their_databases_but_never_the_one_that_asks(dagster) -> None:
    old, asking = a_dagster_run(dagster), a_dagster_run(dagster)
    shard = Path(dagster.event_log_storage.path_for_shard(old))
    was_there = shard.exists()
    now = datetime.now(UTC)

    by = dagster.get_run_by_id(asking)
    assert forget_runs(dagster, before=now - TOMORROW, by=by).count == 0
    done = forget_runs(dagster, before=now + TOMORROW, by=by)

    assert was_there
    assert not shard.exists()
    assert done.count >= 1
    assert done.size_bytes > 10_000
    assert dagster.get_run_by_id(old) is None
    assert dagster.get_run_by_id(asking) is not None


def test_runs_of_other_people_s_code_locations_are_not_touched(dagster) -> None:
    def ended(location: str) -> dg.DagsterRun:
        origin = GrpcServerCodeLocationOrigin("localhost", socket="/nowhere", location_name=location)
        job = RemoteJobOrigin(RemoteRepositoryOrigin(origin, "__repository__"), "job")
        run = dg.DagsterRun("job", status=dg.DagsterRunStatus.SUCCESS, remote_job_origin=job)
        dagster.add_run(run)
        for level, text in ((10, "a small thing"), (20, "a large thing")):
            dagster.handle_new_event(dg.EventLogEntry(None, level, text, run.run_id, 1.0, job_name="job"))
        return run

    ours, theirs, tomorrow = ended("qa"), ended("sales"), datetime.now(UTC) + TOMORROW

    assert trim_debug(dagster, before=tomorrow, by=ours).count == 1
    assert messages(dagster, theirs.run_id) == ["a small thing", "a large thing"]
    assert forget_runs(dagster, before=tomorrow, by=ended("qa")).count == 1
    assert dagster.get_run_by_id(ours.run_id) is None
    assert dagster.get_run_by_id(theirs.run_id) is not None


def test_the_nightly_job_sweeps_the_home_and_tells_each_kind(dagster, tmp_path: Path) -> None:
    house = a_house(tmp_path, gallery=FolderGallery(tmp_path / "gallery"))
    apply(house, a_schedule(), organization=Organization(house.org_id, retention=Retention(dagster_runs=1)))
    sha = house.gallery.put(png(10, 1))
    path = house.gallery.path(sha)
    os.utime(path, (0, 0))
    job = upkeep_job(an_estate(house, OrgId("other")))

    assert status(house, Status()).swept is None
    result = job.execute_in_process(instance=dagster)

    assert not path.exists()
    assert dagster.get_run_by_id(result.run_id) is not None
    (output,) = [one for one in result.all_events if one.event_type is dg.DagsterEventType.STEP_OUTPUT]
    told = {key: value.value for key, value in output.step_output_data.metadata.items()}
    assert told["pictures"] == 1
    assert told["pictures, bytes"] == len(png(10, 1))
    assert {*told} == {name for kind in Kind for name in (kind.value, f"{kind.value}, bytes")}
    swept = status(house, Status()).swept
    assert swept is not None
    assert (swept.at, swept.by, swept.gone) == (NOW, "service:runs", "pictures: 1 (0.0 MB)")


def test_a_night_after_a_leap_of_the_clock_touches_nothing_of_dagster_s_either(
    dagster, tmp_path: Path
) -> None:
    house = a_house(tmp_path, gallery=FolderGallery(tmp_path / "gallery"))
    apply(house, a_schedule(), organization=Organization(house.org_id, retention=Retention(dagster_runs=1)))
    old = a_dagster_run(dagster)
    with house.ledger.write() as ledger:
        ledger.audit.append(SWEPT, "home", by="service:runs", at=NOW)
    house.clock.at = NOW + timedelta(days=4000)

    result = upkeep_job(an_estate(house, OrgId("other"))).execute_in_process(instance=dagster)

    (output,) = [one for one in result.all_events if one.event_type is dg.DagsterEventType.STEP_OUTPUT]
    assert {*output.step_output_data.metadata} == {"held"}
    assert dagster.get_run_by_id(old) is not None


def test_the_job_has_a_name_that_no_definition_has_and_is_due_each_night(tmp_path: Path) -> None:
    schedule = nightly(upkeep_job(an_estate(a_house(tmp_path))))

    assert schedule.job_name == UPKEEP == "_upkeep"
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("17 3 * * *", "UTC")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
