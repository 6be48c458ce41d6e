"""The README shows what a real `make demo` prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from steady import steady

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_shows_what_the_demo_prints(tmp_path: Path) -> None:
    shown = re.search(r"^```demo\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)
    assert shown is not None

    done = subprocess.run(
        [sys.executable, "-m", "inspect_pipelines.examples.demo"],
        cwd=tmp_path,
        env={**os.environ, "INSPECT_HOME": str(tmp_path / ".inspect")},
        capture_output=True,
        text=True,
        timeout=1000,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert steady(shown.group(1)) == steady(done.stdout)
