"""The command line as `main` runs it, in this process: what a shell would see, without half a second's start."""

from __future__ import annotations

import contextlib
import io
import sys
from dataclasses import dataclass
from pathlib import Path

from inspect_pipelines.cli.main import main


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


def command(*words: object, cwd: Path) -> Done:
    """Call `inspect-pipelines WORDS..` in a folder."""
    out, err, before = io.StringIO(), io.StringIO(), sys.argv
    code = 0
    sys.argv = ["inspect-pipelines", *map(str, words)]
    try:
        with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as done:
        code = int(done.code or 0)
    finally:
        sys.argv = before
    return Done(code, out.getvalue(), err.getvalue())
