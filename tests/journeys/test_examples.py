"""The examples do what they say, each as its own process in front of everything that `up` runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys_commands import COMMAND
from journeys_up import Up, held_site, up, write_project

EXAMPLES = Path(__file__).parents[2] / "examples"
PLAYED_ELSEWHERE = {"README.md", "github-actions.yaml", "github-actions-reporter.yaml"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with held_site() as site:
        project = write_project(tmp_path_factory.mktemp("examples"), site.url, "nightly", "weekly")
        project.does("apply", "--yes")
        project.does("users", "add", "ada", "--role", "admin")
        with up(project) as running:
            yield running


@pytest.fixture(scope="module")
def token(running: Up) -> str:
    return running.project.does("tokens", "create", "ada", "--name", "examples").strip()


def played(
    running: Up, token: str, *words: str, cwd: Path, address: str | None = None
) -> subprocess.CompletedProcess[str]:
    """As a user on another machine would: they have the example, an address and a token, and no home."""
    url = address or running.state["web_url"]
    ours = {"INSPECT_URL": url, "INSPECT_SERVER": url, "INSPECT_TOKEN": token, "EVERY_SECONDS": "0.5"}
    others = {key: one for key, one in os.environ.items() if not key.startswith(("INSPECT_", "DAGSTER_"))}
    return subprocess.run(
        words, cwd=cwd, env={**others, **ours}, capture_output=True, text=True, timeout=600, check=False
    )


def test_every_example_is_played_here() -> None:
    ours = {"run-and-wait.sh", "run_and_wait.py", "apply.sh", "last_week.py"}

    assert {one.name for one in EXAMPLES.iterdir() if one.is_file()} == ours | PLAYED_ELSEWHERE
    assert all(f"[{name}]" in (EXAMPLES / "README.md").read_text() for name in ours)


def test_they_start_runs_follow_them_and_look_at_a_week(running: Up, token: str, tmp_path: Path) -> None:
    curl = played(running, token, str(EXAMPLES / "run-and-wait.sh"), "nightly", cwd=tmp_path)
    python = played(running, token, sys.executable, str(EXAMPLES / "run_and_wait.py"), "weekly", cwd=tmp_path)
    command = played(running, token, COMMAND, "run", "nightly", "--wait", "--allow-review", cwd=tmp_path)
    week = played(running, token, sys.executable, str(EXAMPLES / "last_week.py"), cwd=tmp_path)

    assert (curl.returncode, python.returncode, command.returncode) == (1, 1, 0), (curl, python, command)
    assert "needs_review: " in curl.stdout
    assert "  Home: passed\nneeds_review: " in python.stdout
    assert "home@desktop" in command.stdout
    assert "needs review  nightly" in command.stdout
    assert "nightly 2 needs_review\nweekly 1 needs_review\n" in week.stdout
    assert week.stdout.count("waits for a person: ") == 2
    assert not (tmp_path / ".inspect").exists()


def test_files_are_sent_and_applied(running: Up, token: str, tmp_path: Path) -> None:
    project = write_project(tmp_path, "http://shop.test", "nightly", "hourly")

    refused = played(running, token, str(EXAMPLES / "apply.sh"), str(project.root), cwd=tmp_path)
    done = played(running, token, str(EXAMPLES / "apply.sh"), str(project.root), "weekly", cwd=tmp_path)
    running.project.does("apply", "--yes")  # for the tests after this one

    assert refused.returncode != 0
    assert "schedule 'weekly' with" in refused.stderr
    assert "would be deleted" in refused.stderr
    assert done.returncode == 0, done.stderr
    assert "create schedule hourly\ndelete schedule weekly\n" in done.stdout
    assert "3 changed, 0 unchanged" in done.stdout


@pytest.mark.parametrize("example", ["run-and-wait.sh", "run_and_wait.py", "apply.sh", "last_week.py"])
def test_a_wrong_token_and_a_server_that_is_down_are_told(
    running: Up, token: str, tmp_path: Path, example: str
) -> None:
    words = [sys.executable] if example.endswith(".py") else []
    words += [str(EXAMPLES / example), str(running.project.root) if example == "apply.sh" else "nightly"]
    wrong = "insp_pat_7n42DGM5Tflk9n8mt7Fhc7_4e8b1f01"

    mistyped = played(running, wrong, *words, cwd=tmp_path)
    down = played(running, token, *words, cwd=tmp_path, address="http://127.0.0.1:9")

    assert mistyped.returncode != 0
    assert down.returncode != 0
    assert "token" in mistyped.stderr + mistyped.stdout
    assert token not in down.stderr + down.stdout + mistyped.stderr
    assert "Traceback" not in down.stderr + mistyped.stderr
