"""What the tabs of Dagster's UI show of a run, read from where the run left it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.compute_log_manager import CapturedLogData

from assets import tags
from builders import a_schedule, a_session
from houses import apply
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.session import StepResult, StepStatus
from inspect_pipelines.engine.instance import ensure_instance
from inspect_pipelines.engine.warm.logs import run_log
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.wiring import house as build
from patience import until

STEPS = (
    StepResult("open", "Open", "desktop", StepStatus.PASSED, 1200),
    StepResult("buy", "Buy", "desktop", StepStatus.FAILED, 30_000, "button 'Buy' was\nnot found"),
    StepResult("pay", "Pay", "desktop", StepStatus.SKIPPED, 0, "step 'buy' failed"),
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path))
    ensure_instance(tmp_path)
    return tmp_path


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        yield instance


def a_dagster_run(instance: dg.DagsterInstance, **given: str) -> dg.DagsterRun:
    job = dg.JobDefinition(name="tiny", graph_def=dg.GraphDefinition(name="tiny"))
    return instance.create_run_for_job(job, tags=given)


def shown(instance: dg.DagsterInstance, run: dg.DagsterRun) -> CapturedLogData:
    return instance.compute_log_manager.get_log_data([run.run_id, "compute_logs", "key"])


def test_stdout_is_the_steps_that_were_played(home: Path, instance: dg.DagsterInstance) -> None:
    run = a_dagster_run(instance, **{tags.ORG: DEFAULT_ORG, tags.ORIGIN: "request:1"})
    house = build(Settings())
    house.ledgers.migrate()
    apply(house, a_schedule())
    ours = start.request(house, a_schedule().id, {}, by="user:ada", key="1")
    start.admit(house, start.Ticket(ours.definition_id, run.run_id, origin=ours.origin))
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(ours.id, a_session(id=f"{ours.id}.1", steps=STEPS))

    stdout = shown(instance, run).stdout.decode()

    assert stdout.splitlines() == [
        "shop: completed in 3.0 s",
        "  ✓ open@desktop  1.2 s",
        "  ✗ buy@desktop  30.0 s  button 'Buy' was not found",
        "  - pay@desktop  not played  step 'buy' failed",
        "",
    ]
    house.ledgers.close()


@pytest.mark.parametrize("named_by", ["dagster run", "origin"])
def test_stderr_is_what_its_process_said_wherever_that_was_written(
    home: Path, instance: dg.DagsterInstance, named_by: str
) -> None:
    run = a_dagster_run(instance, **{tags.ORIGIN: "request:1"})
    run_log(home, run.run_id if named_by == "dagster run" else "request:1").write_text("hello\n")

    assert shown(instance, run).stderr == b"hello\n"


def test_a_tab_that_is_open_hears_what_comes_and_nothing_twice(
    home: Path, instance: dg.DagsterInstance
) -> None:
    run = a_dagster_run(instance)
    log = run_log(home, run.run_id)
    log.write_text("one\n")
    heard: list[bytes | None] = []

    subscription = instance.compute_log_manager.subscribe([run.run_id, "compute_logs", "key"])
    subscription(lambda data: heard.append(data.stderr))
    with log.open("a") as stream:
        stream.write("two\n")
    until(lambda: b"two\n" in heard)
    subscription.dispose()

    assert [piece for piece in heard if piece] == [b"one\n", b"two\n"]


def test_a_run_that_nobody_knows_says_nothing_and_nothing_comes_any_more(
    instance: dg.DagsterInstance,
) -> None:
    logs = instance.compute_log_manager

    assert logs.get_log_data(["no-such-run", "compute_logs", "key"]).stderr is None
    assert logs.is_capture_complete(["no-such-run", "compute_logs", "key"])
