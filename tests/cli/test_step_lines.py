"""What `run --wait` prints into a pipe."""

from __future__ import annotations

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


def at(run: Run, doing: str, *steps: ToldStep) -> list[Progress]:
    return [Progress(run, doing, 0.0, None, steps)]


def test_each_step_is_a_line_once_and_so_is_each_phase(capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe showed nothing for the minutes that a run takes, so nobody knew whether it went on."""
    view = StepLines()

    view.show(at(PENDING, "waiting for a worker"))
    view.show(at(PENDING, "waiting for a worker"))
    view.show(at(RUNNING, "playing shop (1 of 1)"))
    view.show(at(RUNNING, "playing shop (1 of 1): pay@phone, 1 of 3 steps done", HOME))
    view.show(at(RUNNING, "playing shop (1 of 1): bye@phone, 2 of 3 steps done", HOME, PAY))
    view.show(at(RUNNING, "comparing", HOME, PAY, LEFT))
    view.show(at(RUNNING.concluded(RunStatus.FAILED, "no", now=NOW), "no", HOME, PAY, LEFT))

    assert capsys.readouterr().out.splitlines() == [
        f"run {PENDING.id} of 'nightly-shop'",
        "… waiting for a worker",
        "… playing shop (1 of 1)",
        "  ✓ home@desktop  0.5 s",
        "  ✗ pay@phone  5.0 s  click: found none",
        "  - bye@phone  not played: step 'pay' failed",
        "… comparing",
    ]


def test_a_run_that_ended_before_the_first_look_is_told_with_its_steps(
    capsys: pytest.CaptureFixture[str],
) -> None:
    view = StepLines()

    view.show(at(RUNNING.concluded(RunStatus.PASSED, "fine", now=NOW), "fine", HOME))

    assert capsys.readouterr().out.splitlines() == [
        f"run {PENDING.id} of 'nightly-shop'",
        "  ✓ home@desktop  0.5 s",
    ]
