"""What waiting for a run makes of Ctrl-C; runs that really execute are in journeys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from builders import a_schedule
from houses import SteppedClock, a_house, apply
from inspect_pipelines.cli.launching import awaited
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from prepared import prepare
from recording_engine import RecordingEngine


class InterruptedClock(SteppedClock):
    """Somebody presses Ctrl-C that often while others sleep."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self._times = times

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self._times:
            self._times -= 1
            raise KeyboardInterrupt


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path))
    prepare(tmp_path)
    house = a_house(tmp_path)
    apply(house, a_schedule())
    return house


@pytest.fixture
def pending(house: House) -> Run:
    return start.request(house, DefinitionId("nightly-shop"), {}, by="user:ada", key="k")


def status_of(house: House, run: Run) -> RunStatus:
    with house.ledger.read() as ledger:
        return ledger.runs.find(run.id).status


def test_ctrl_c_says_that_the_run_goes_on_and_how_to_cancel_it(
    house: House, pending: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = replace(house, clock=InterruptedClock(1))

    with pytest.raises(SystemExit) as left:
        awaited(waiting, Settings(), RecordingEngine(), "d1", pending)

    assert left.value.code == 3
    said = capsys.readouterr().err
    assert f"run {pending.id} goes on" in said
    assert f"inspect-pipelines runs cancel {pending.id}" in said
    assert status_of(house, pending) is RunStatus.PENDING


def test_a_second_ctrl_c_cancels_the_run(house: House, pending: Run) -> None:
    ended = awaited(replace(house, clock=InterruptedClock(2)), Settings(), RecordingEngine(), "d1", pending)

    assert ended.status is status_of(house, pending) is RunStatus.CANCELLED
