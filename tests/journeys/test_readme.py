"""The README shows what a real `make demo` prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
# What differs from one demo, or one machine's fonts, to the next.
VOLATILE = (
    (re.compile(r"127\.0\.0\.1:\d+"), "SHOP"),  # another port where somebody else has the demo's
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"\b\d+\.\d s\b"), "SECONDS"),
    (re.compile(r", begun SECONDS after it was asked for"), ""),  # where two cores have other work
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC"), "TIME"),
    (re.compile(r"\d\d:\d\d:\d\d"), "TIME"),
    (re.compile(r"\S*/gallery/../[0-9a-f]{64}"), "PICTURE"),
    (re.compile(r"\b0\.\d+\b"), "SCORE"),
    (re.compile(r"\S*/(?=reports/)"), "HOME/"),
    (re.compile(r"notes in \S+/"), "notes in HOME/"),
)


def steady(text: str) -> list[str]:
    for pattern, stand_in in VOLATILE:
        text = pattern.sub(stand_in, text)
    return [line.rstrip() for line in text.strip().splitlines()]


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
