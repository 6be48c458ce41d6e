"""A few rounds of `make chaos-history`: whoever dies whenever, what was acknowledged is there once and whole."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
# in a process of its own: it forks, and who forks has no threads
PLAY = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from benchmarks.chaos_history import chaos
rounds, books = chaos(Path(sys.argv[1]), seed=7, rounds=8)
print(json.dumps({"acknowledged": sum(each.acknowledged for each in rounds), **asdict(books)}))
"""


def test_kills_of_writers_and_projectors_lose_double_and_tear_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PLAY, tmp_path], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said.pop("acknowledged") >= 8
    assert said == {"lost": 0, "doubled": 0, "torn": 0, "rounds_without_a_kill": 0}
