"""*Materialize* in Dagster's UI: it asks for a run of the job, which leaves the assets behind."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from assets import tags
from assets.job import assets_of
from builders import a_schedule
from houses import a_house, apply
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.engine.by_hand import starter
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.house import House
from recording_engine import RecordingEngine

KEYS = [dg.AssetKey(["nightly_shop", "comparisons"]), dg.AssetKey(["nightly_shop", "screenshots"])]


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_schedule())
    return house


def materialize(
    house: House, engine: RecordingEngine, instance: dg.DagsterInstance, selection: list[dg.AssetKey]
) -> dg.ExecuteInProcessResult:
    assets = assets_of(a_schedule(), Naming(DEFAULT_ORG), starter(house, lambda: engine))
    return dg.materialize([assets], instance=instance, selection=selection, raise_on_error=False)


@pytest.mark.parametrize("selection", [KEYS, KEYS[:1], KEYS[1:]], ids=["both", "comparisons", "screenshots"])
def test_materializing_assets_launches_one_run_of_their_job_and_says_which(
    house: House, selection: list[dg.AssetKey]
) -> None:
    engine = RecordingEngine()
    with dg.DagsterInstance.ephemeral() as instance:
        result = materialize(house, engine, instance, selection)
        told = instance.get_run_by_id(result.run_id).tags[tags.RUN]

    assert result.success
    assert [event for event in result.all_events if event.is_step_materialization] == []
    (launch,) = engine.launches
    with house.ledger.read() as ledger:
        (run,) = ledger.runs.latest()
    assert (launch.job_name, launch.origin, run.id, run.requested_by) == (
        "nightly_shop",
        run.origin,
        told,
        "dagster",
    )


def test_a_run_that_nobody_starts_is_told_where_somebody_asked_for_it(house: House) -> None:
    class NoEngine(RecordingEngine):
        def launch(self, launch):
            raise Unavailable("nobody answers")

    with dg.DagsterInstance.ephemeral() as instance:
        result = materialize(house, NoEngine(), instance, KEYS)

    assert not result.success
    with house.ledger.read() as ledger:
        (run,) = ledger.runs.latest()
    assert (run.status, run.reason) == (RunStatus.ERROR, "nobody answers")
