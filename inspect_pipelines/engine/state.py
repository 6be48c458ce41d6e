"""INSPECT_HOME/run/up.json: what runs now and where, for the command line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from resources.disk.atomic import write_atomically
from resources.disk.lock import is_locked


@dataclass(frozen=True, slots=True)
class UpState:
    """Where the supervisor's parts are; believed only while it holds the home's lock."""

    pid: int
    started_at: str  # RFC 3339 UTC
    web_url: str
    ui_url: str | None  # None: `up --no-ui`
    pids: dict[str, int]  # by process name


def state_path(home: Path) -> Path:
    return home / "run" / "up.json"


def write_state(home: Path, state: UpState) -> None:
    """Replace it in one step."""
    write_atomically(state_path(home), json.dumps(asdict(state), indent=2) + "\n", is_durable=False)


def read_state(home: Path) -> UpState | None:
    """What a running `up` said last; None when none holds the home's lock, or its file is not ours to read.

    A killed supervisor leaves its file behind, and another home's `up` may answer at that port by now.
    """
    if not is_held(home):
        return None
    try:
        return UpState(**json.loads(state_path(home).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def lock_path(home: Path) -> Path:
    return home / "run" / "up.lock"


def is_held(home: Path) -> bool:
    """Whether an `up` works in this home now."""
    return is_locked(lock_path(home))


def forget_state(home: Path) -> None:
    state_path(home).unlink(missing_ok=True)
