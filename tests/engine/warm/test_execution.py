"""What a run's process does with what it finds in Dagster's records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import create_execution_plan
from dagster._core.storage.tags import PARENT_RUN_ID_TAG, RESUME_RETRY_TAG, ROOT_RUN_ID_TAG

from assets import tags
from inspect_pipelines.engine.storages import ensure_storages
from inspect_pipelines.engine.warm.execution import execute
from resources.workers import WorkerLocks

played: list[str] = []


@dg.op
def shoot() -> str:
    played.append("shoot")
    return "a picture"


@dg.op
def judge(picture: str) -> None:
    played.append(f"judge {picture}")


@dg.job(resource_defs={"io_manager": dg.mem_io_manager}, executor_def=dg.in_process_executor)
def looked_at() -> None:
    judge(shoot())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    ensure_storages(home)
    return home


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        yield instance
    played.clear()


def a_reexecution_from_failure(instance: dg.DagsterInstance, **extra: str) -> dg.DagsterRun:
    """As Dagster's UI asks for one when `judge` had failed."""
    first = instance.create_run_for_job(looked_at, tags=extra)
    plan = create_execution_plan(looked_at, step_keys_to_execute=["judge"])
    links = {PARENT_RUN_ID_TAG: first.run_id, ROOT_RUN_ID_TAG: first.run_id, RESUME_RETRY_TAG: "true"}
    return instance.create_run_for_job(
        looked_at,
        execution_plan=plan,
        tags={**extra, **links},
        parent_run_id=first.run_id,
        root_run_id=first.run_id,
    )


def test_reexecute_from_failure_plays_the_whole_run(instance: dg.DagsterInstance, home: Path) -> None:
    """It ended before its first step, "Cannot perform reexecution with in-memory io managers": a run of ours is judged
    by the pictures that it took itself, so a part of it cannot be played again.
    """
    run = a_reexecution_from_failure(instance, **{tags.DEFINITION: "nightly"})

    execute(run.run_id, instance, lambda run: InMemoryJob(looked_at), WorkerLocks(home / "run" / "workers"))

    assert played == ["shoot", "judge a picture"]
    assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.SUCCESS
    assert any("played from its beginning" in entry.message for entry in instance.all_logs(run.run_id))


def test_a_job_that_is_not_ours_is_left_to_dagster(instance: dg.DagsterInstance, home: Path) -> None:
    run = a_reexecution_from_failure(instance)

    execute(run.run_id, instance, lambda run: InMemoryJob(looked_at), WorkerLocks(home / "run" / "workers"))

    assert played == []
    assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.FAILURE
