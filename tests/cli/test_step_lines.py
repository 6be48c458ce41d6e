"""What `run --wait` prints into a pipe."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builders import NOW, a_run
from inspect_pipelines.cli.step_lines import StepLines
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import StepResult, StepStatus, ToldStep
from inspect_pipelines.queries.progress import Progress

PENDING = a_run()
RUNNING = PENDING.claimed("d1", now=NOW)
HOME = ToldStep("s", "shop", 1, StepResult("home", "Home", "desktop", StepStatus.PASSED, 512))
PAY = ToldStep(
    "s", "shop", 1, StepResult("pay", "Pay", "phone", StepStatus.FAILED, 5000, "click: found\nnone")
)
LEFT = ToldStep("s", "shop", 1, StepResult("bye", "Bye", "phone", StepStatus.SKIPPED, 0, "step 'pay' failed"))


def at(run: Run, doing: str, *steps: ToldStep, seconds: float = 0.0) -> list[Progress]:
    return [Progress(run, doing, seconds, None, steps)]


def test_each_step_is_a_line_once_under_its_playbook(capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe showed nothing for the minutes that a run takes, so nobody knew whether it went on."""
    again = replace(HOME, session_id="t", attempt=2)
    view = StepLines()

    view.show(at(PENDING, "waiting for a worker"))
    view.show(at(RUNNING, "playing shop (1 of 1)"))
    view.show(at(RUNNING, "playing shop (1 of 1): pay@phone, 1 of 3 steps done", HOME))
    view.show(at(RUNNING, "playing shop (1 of 1): bye@phone, 2 of 3 steps done", HOME, PAY))
    view.show(at(RUNNING, "comparing", HOME, PAY, LEFT))
    view.show(at(RUNNING.concluded(RunStatus.FAILED, "no", now=NOW), "no", HOME, PAY, LEFT, again))

    assert capsys.readouterr().out.splitlines() == [
        f"run {PENDING.id} of 'nightly-shop'",
        "shop",
        "  ✓ home@desktop  0.5 s",
        "  ✗ pay@phone  5.0 s  click: found none",
        "  - bye@phone  not played: step 'pay' failed",
        "shop, attempt 2",
        "  ✓ home@desktop  0.5 s",
    ]


def test_what_takes_long_without_a_step_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    view = StepLines()

    for seconds in (0.0, 14.0, 15.0, 40.0):
        view.show(at(PENDING, "waiting for run 7", seconds=seconds))
    for seconds in (1.0, 14.0, 16.0, 30.0):
        view.show(at(RUNNING, "comparing", seconds=seconds))
    view.show(at(RUNNING, "concluding", seconds=31.0))

    assert capsys.readouterr().out.splitlines()[1:] == ["… waiting for run 7", "… comparing"]


def test_a_run_that_ended_before_the_first_look_is_told_with_its_steps(
    capsys: pytest.CaptureFixture[str],
) -> None:
    view = StepLines()

    view.show(at(RUNNING.concluded(RunStatus.PASSED, "fine", now=NOW), "fine", HOME))

    assert capsys.readouterr().out.splitlines() == [
        f"run {PENDING.id} of 'nightly-shop'",
        "shop",
        "  ✓ home@desktop  0.5 s",
    ]
