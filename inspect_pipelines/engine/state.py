"""INSPECT_HOME/run/up.json: what runs now and where, for the command line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from inspect_pipelines.engine.instance import write_atomically


@dataclass(frozen=True, slots=True)
class UpState:
    """Left behind only by a supervisor that was killed, so ask the URL before you believe it."""

    pid: int
    started_at: str  # RFC 3339 UTC
    web_url: str
    ui_url: str | None  # None: `up --no-ui`
    pids: dict[str, int]  # by process name


def state_path(home: Path) -> Path:
    return home / "run" / "up.json"


def write_state(home: Path, state: UpState) -> None:
    """Replace it in one step."""
    write_atomically(state_path(home), json.dumps(asdict(state), indent=2) + "\n")


def read_state(home: Path) -> UpState | None:
    """What a running `up` said last; None when there is none, or its file is not ours to read."""
    try:
        return UpState(**json.loads(state_path(home).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def forget_state(home: Path) -> None:
    state_path(home).unlink(missing_ok=True)
