"""Our command line, as a user calls it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("inspect-pipelines"))


@dataclass(frozen=True)
class Project:
    """A user's folder with its own INSPECT_HOME."""

    root: Path

    @property
    def home(self) -> Path:
        return self.root / ".inspect"

    @property
    def environment(self) -> dict[str, str]:
        ours = {"INSPECT_HOME": str(self.home), "INSPECT_PROJECT": str(self.root)}
        return {**{k: v for k, v in os.environ.items() if not k.startswith(("INSPECT_", "DAGSTER_"))}, **ours}

    def call(self, *arguments: str, expected: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run one command; a surprise shows what it said."""
        done = subprocess.run(
            [COMMAND, *arguments],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        if expected is not None:
            assert done.returncode == expected, (
                f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
            )
        return done
