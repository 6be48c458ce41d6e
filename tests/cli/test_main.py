"""The command's outermost layer."""

from __future__ import annotations

import subprocess
import sys

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
