"""Our command line, as a user calls it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from in_process import Done, command

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
            timeout=600,
            check=False,
        )
        if expected is not None:
            assert done.returncode == expected, (
                f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
            )
        return done

    def here(self, *arguments: str) -> Done:
        """The same in this process, without half a second's start: for what is beside the story."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("INSPECT_HOME", str(self.home))
            patch.setenv("INSPECT_PROJECT", str(self.root))
            return command(*arguments, cwd=self.root)

    def does(self, *arguments: str, expected: int = 0) -> str:
        """What it prints in this process, once it has ended as expected."""
        done = self.here(*arguments)
        assert done.returncode == expected, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def asked(self, *arguments: str) -> Any:
        """What a command that only looks says with `--json`; for whoever looks again and again."""
        return json.loads(self.does(*arguments, "--json"))
