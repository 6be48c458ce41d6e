from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster._core.remote_origin import (
    GrpcServerCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon
from dagster._daemon.types import DaemonHeartbeat
from dagster_shared.record import copy

from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Limits
from inspect_pipelines.engine.coordinator import QUEUE_DAEMON
from inspect_pipelines.engine.daemon_lock import take_daemon_lock
from inspect_pipelines.engine.instance import ensure_instance
from inspect_pipelines.stored.compiled import compile_definitions
from resources.publication import FilePublication

QUEUED = (dg.DagsterRunStatus.QUEUED, False)
LAUNCHED = (dg.DagsterRunStatus.STARTING, True)


@dg.op
def nothing() -> None:
    pass


@dg.job
def tiny() -> None:
    nothing()


# A queued run must say where its code is; nobody listens there.
ORIGIN = RemoteJobOrigin(
    RemoteRepositoryOrigin(GrpcServerCodeLocationOrigin("localhost", socket="/nowhere"), "__repository__"),
    "tiny",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose launcher remembers instead of launching."""
    home = tmp_path_factory.mktemp("home")
    file = ensure_instance(home) / "dagster.yaml"
    settings = yaml.safe_load(file.read_text())
    settings["run_launcher"] = {"module": "recording_launcher", "class": "RecordingLauncher"}
    file.write_text(yaml.safe_dump(settings))
    return home


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    shutil.rmtree(home / "compiled", ignore_errors=True)
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        yield instance
        instance.wipe_daemon_heartbeats()
    (home / "run" / "daemon.lock").unlink(missing_ok=True)


def submitted(instance: dg.DagsterInstance) -> tuple[dg.DagsterRunStatus, bool]:
    """(status, whether it was launched) of a run that was submitted."""
    run = instance.create_run_for_job(tiny, remote_job_origin=ORIGIN, job_code_origin=tiny_origin())
    submit = instance.run_coordinator.submit_run(dg.SubmitRunContext(dagster_run=run, workspace=None))  # type: ignore[arg-type]
    return submit.status, run.run_id in instance.run_launcher.launched  # type: ignore[attr-defined]


def tiny_origin() -> JobPythonOrigin:
    pointer = ModuleCodePointer("tiny_definitions", "defs", None)
    return JobPythonOrigin("tiny", RepositoryPythonOrigin(sys.executable, pointer, None, None, None))


def beat(instance: dg.DagsterInstance, *, seconds_ago: float) -> None:
    instance.add_daemon_heartbeat(DaemonHeartbeat(time.time() - seconds_ago, QUEUE_DAEMON, "a-daemon", []))


def test_a_run_is_launched_at_once_when_no_daemon_was_ever_there(instance: dg.DagsterInstance) -> None:
    assert submitted(instance) == LAUNCHED


def test_a_run_waits_in_the_queue_while_a_daemons_heart_beats(instance: dg.DagsterInstance) -> None:
    beat(instance, seconds_ago=10)

    assert submitted(instance) == QUEUED


def test_a_run_is_launched_at_once_when_the_last_heartbeat_is_old(instance: dg.DagsterInstance) -> None:
    beat(instance, seconds_ago=200)

    assert submitted(instance) == LAUNCHED


def test_a_run_waits_in_the_queue_while_the_daemon_of_up_starts(
    instance: dg.DagsterInstance, home: Path
) -> None:
    lock = take_daemon_lock(home / "run" / "daemon.lock")
    try:
        assert submitted(instance) == QUEUED
    finally:
        os.close(lock)


def test_a_run_does_not_wait_for_a_daemon_that_was_stopped_just_now(
    instance: dg.DagsterInstance, home: Path
) -> None:
    """After Ctrl-C the heartbeat stays fresh for a minute, and a queued run would wait for the next `up`."""
    os.close(take_daemon_lock(home / "run" / "daemon.lock"))
    beat(instance, seconds_ago=1)

    assert submitted(instance) == LAUNCHED


def test_a_run_that_was_submitted_before_is_left_alone(instance: dg.DagsterInstance) -> None:
    run = instance.create_run_for_job(tiny, status=dg.DagsterRunStatus.STARTED)

    again = instance.run_coordinator.submit_run(dg.SubmitRunContext(dagster_run=run, workspace=None))  # type: ignore[arg-type]

    assert again.status is dg.DagsterRunStatus.STARTED
    assert run.run_id not in instance.run_launcher.launched  # type: ignore[attr-defined]


def next_in_line(instance: dg.DagsterInstance) -> list[str]:
    """What Dagster's daemon would launch on its next turn, on a machine with twenty cores."""
    config = instance.get_concurrency_config()
    roomy = config.run_queue_config._replace(max_concurrent_runs=20)
    daemon = QueuedRunCoordinatorDaemon(interval_seconds=1)
    runs = daemon._get_runs_to_dequeue(
        instance, copy(config, run_queue_config=roomy), fixed_iteration_time=None
    )
    return [run.tags["name"] for run in runs]


def queued(instance: dg.DagsterInstance, name: str, **tags: str) -> None:
    given = {f".dagster/inspect.{key}": value for key, value in tags.items()}
    instance.create_run_for_job(
        tiny,
        status=dg.DagsterRunStatus.QUEUED,
        remote_job_origin=ORIGIN,
        job_code_origin=tiny_origin(),
        tags={"name": name, **given},
    )


def publish(home: Path, **limits: int) -> None:
    publish_for(home, Naming(DEFAULT_ORG), **limits)


def publish_for(home: Path, naming: Naming, **limits: int) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    FilePublication(home).publish(compile_definitions(naming, (), at=now, limits=Limits(**limits)))


def test_one_host_two_of_a_repository_and_five_of_an_organisation_run_at_once_by_default(
    instance: dg.DagsterInstance, home: Path
) -> None:
    instance.wipe()
    publish_for(home, Naming(OrgId("acme")))
    for number in range(3):
        queued(instance, f"host{number}", org="acme", host="shop.test")
        queued(instance, f"repo{number}", org="acme", repo="acme/shop")
    for number in range(4):
        queued(instance, f"org{number}", org="acme")
    queued(instance, "other", org="other", host="elsewhere.test")

    limits = instance.get_concurrency_config().run_queue_config.tag_concurrency_limits
    unlimited = next_in_line(instance)

    assert [limit["limit"] for limit in limits] == [5, 2, 1]
    assert unlimited == ["host0", "repo0", "repo1", "org0", "org1", "other"]


def test_limits_that_whoever_runs_dagster_has_written_hold_beside_ours(tmp_path: Path) -> None:
    file = ensure_instance(tmp_path) / "dagster.yaml"
    settings = yaml.safe_load(file.read_text())
    theirs = {"key": "team", "value": "sales", "limit": 3}
    settings["run_coordinator"]["config"]["tag_concurrency_limits"] = [theirs]
    file.write_text(yaml.safe_dump(settings))

    with dg.DagsterInstance.from_config(str(file.parent)) as instance:
        limits = instance.get_concurrency_config().run_queue_config.tag_concurrency_limits

    assert limits[0] == theirs
    assert [limit["limit"] for limit in limits[1:]] == [5, 2, 1]


def test_an_apply_changes_the_limits_of_a_daemon_that_runs(instance: dg.DagsterInstance, home: Path) -> None:
    instance.wipe()
    for number in range(3):
        queued(instance, f"host{number}", host="shop.test")
    assert next_in_line(instance) == ["host0"]

    publish(home, target_host=2)

    assert next_in_line(instance) == ["host0", "host1"]


def test_each_organisation_has_its_own_limits_also_for_a_host_that_both_look_at(
    instance: dg.DagsterInstance, home: Path
) -> None:
    instance.wipe()
    publish_for(home, Naming(OrgId("acme")), organization=3, target_host=2)
    publish_for(home, Naming(OrgId("beta"), is_first=False), organization=2)
    for number in range(3):
        queued(instance, f"acme{number}", org="acme", host="shop.test")
        queued(instance, f"beta{number}", **{"org": "beta", "host.beta": "shop.test"})
    for number in range(3, 6):
        queued(instance, f"acme{number}", org="acme")
        queued(instance, f"beta{number}", org="beta")

    assert next_in_line(instance) == ["acme0", "beta0", "acme1", "acme3", "beta3"]
