"""The command's outermost layer."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from inspect_pipelines.cli.main import cli
from journeys_commands import COMMAND

DEFECT = """
import sys
from inspect_pipelines.cli import main, run
def defect(**_): raise RuntimeError("a defect")
run.run.callback = defect
sys.argv = ["inspect-pipelines", "run", "nightly"]
main.main()
"""


def test_a_defect_of_ours_never_exits_like_a_site_that_failed() -> None:
    done = subprocess.run([sys.executable, "-c", DEFECT], capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert done.stderr.endswith("RuntimeError: a defect\n")


@pytest.mark.parametrize(
    ("typed", "meant"), [("schedulse", "schedules"), ("aply", "apply"), ("baseline", "baselines")]
)
def test_a_mistyped_command_says_what_is_near(typed: str, meant: str) -> None:
    done = CliRunner().invoke(cli, [typed])

    assert done.exit_code == 2
    assert f"No such command {typed!r}. Did you mean {meant!r}?" in done.output


def test_a_shell_can_complete_commands() -> None:
    """As docs/runs.md says."""
    done = subprocess.run(
        [COMMAND],
        env={
            **os.environ,
            "_INSPECT_PIPELINES_COMPLETE": "bash_complete",
            "COMP_WORDS": "inspect-pipelines sch",
            "COMP_CWORD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == "plain,schedules\n"
