"""What `make check` makes of red tests, on small projects of their own: pytest and its workers are real."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("unsteady.py")
GREEN = "def test_green(): pass\n"
ONCE = """
from pathlib import Path

def once(name):
    seen = Path(__file__).with_name(name)
    was_seen = seen.exists()
    seen.touch()
    return was_seen
"""
A_RACE = "def test_a_race(): assert once('a')\n"


def check(project: Path, tests: str) -> subprocess.CompletedProcess[str]:
    """The end and the words of a run over one file, by a worker as in `make check`."""
    (project / "pytest.ini").write_text("[pytest]\n")
    (project / "test_it.py").write_text(ONCE + GREEN + tests)
    command = [
        sys.executable,
        str(PROGRAM),
        "-q",
        "-p",
        "xdist.plugin",
        "--numprocesses",
        "1",
        "--dist",
        "loadfile",
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # half of a second each; xdist is what this is about
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


def test_two_races_end_green_and_are_named_last_after_pytests_own_closing_line(tmp_path):
    (tmp_path / ".unsteady").write_text("test_it.py::test_of_yesterday\n")

    another = "import pytest\n@pytest.mark.parametrize('name', ['b ::c [1]'])\ndef test_another(name): assert once(name)\n"
    ended = check(tmp_path, A_RACE + another)

    lines = ended.stdout.splitlines()
    named = ["test_it.py::test_a_race", "test_it.py::test_another[b ::c [1]]"]
    assert ended.returncode == 0
    (closing,) = [at for at, line in enumerate(lines) if line.startswith("2 failed, 1 passed in ")]
    (again,) = [at for at, line in enumerate(lines) if line.startswith("2 passed in ")]
    assert closing < again < len(lines) - 3
    assert lines[-3] == "UNSTEADY (mend first): red among 3 tests, green alone; also in .unsteady"
    assert [line.strip() for line in lines[-2:]] == named
    assert (tmp_path / ".unsteady").read_text().splitlines() == named


def test_a_test_during_which_its_worker_died_is_played_once_more_too(tmp_path):
    ended = check(tmp_path, "def test_dies():\n    import os\n    once('a') or os._exit(1)\n")

    assert ended.returncode == 0
    assert (tmp_path / ".unsteady").read_text() == "test_it.py::test_dies\n"


@pytest.mark.parametrize(
    ("tests", "closing", "is_played_again"),
    [
        (A_RACE + "def test_wrong(): assert False\n", "2 failed, 1 passed in ", True),
        ("".join(f"def test_{n}(): assert once('{n}')\n" for n in range(3)), "3 failed, 1 passed in ", False),
        ("assert once('a')\n", "1 error in ", False),
    ],
    ids=["red-again", "three", "not-collected"],
)
def test_what_is_no_accident_fails_as_pytest_says(tmp_path, tests, closing, is_played_again):
    (tmp_path / ".unsteady").write_text("test_it.py::test_of_yesterday\n")

    ended = check(tmp_path, tests)

    assert ended.returncode == 1, ended.stdout
    assert closing in ended.stdout
    assert ("played once more, alone" in ended.stdout) is is_played_again
    assert "UNSTEADY" not in ended.stdout
    assert not (tmp_path / ".unsteady").exists()


def test_a_green_run_forgets_what_was_unsteady_before_and_adds_no_word(tmp_path):
    (tmp_path / ".unsteady").write_text("test_it.py::test_of_yesterday\n")

    ended = check(tmp_path, "")

    assert ended.returncode == 0
    assert ended.stdout.splitlines()[-1].startswith("1 passed in ")
    assert not (tmp_path / ".unsteady").exists()
