"""The command's outermost layer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import click
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
    ("number", "sentence"),
    [
        ("EACCES", "'/h/run/up.lock' cannot be used: permission denied; check its owner and rights, or set"),
        ("EROFS", "'/h/run/up.lock' cannot be used: read-only file system; check its owner and rights"),
        ("ENOSPC", "'/h/run/up.lock' cannot be used: no space left on device; make room on its disk"),
    ],
)
def test_a_disk_that_refuses_is_a_sentence_wherever_it_happens(number: str, sentence: str) -> None:
    """`up` with a run/ that could not be written, and a query on a read-only home, ended in a traceback."""
    raises = f"raise OSError(errno.{number}, os.strerror(errno.{number}), '/h/run/up.lock')"
    script = DEFECT.replace("import sys", "import errno, os, sys").replace(
        'raise RuntimeError("a defect")', raises
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("typed", "meant"), [("schedulse", "schedules"), ("aply", "apply"), ("baseline", "baselines")]
)
def test_a_mistyped_command_says_what_is_near(typed: str, meant: str) -> None:
    done = CliRunner().invoke(cli, [typed])

    assert done.exit_code == 2
    assert f"No such command {typed!r}. Did you mean {meant!r}?" in done.output


def groups(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    if isinstance(command, click.Group):
        yield path
        for name in command.commands or command.list_commands(click.Context(command)):
            under = command.get_command(click.Context(command), name)
            if under is not None:
                yield from groups(under, *path, name)


def test_no_sentence_of_a_group_s_help_is_cut_off() -> None:
    found = list(groups(cli))

    helps = [CliRunner().invoke(cli, [*path, "--help"]).output for path in found]

    assert len(found) > 20
    for text in helps:
        said = text.partition("Commands:\n")[2]
        assert said
        assert "..." not in said, text


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
