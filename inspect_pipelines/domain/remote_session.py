"""A remote session: what we know of an agent's session elsewhere, kept so that nothing of it is begun twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RemoteStatus(StrEnum):
    OPENING = "opening"  # we want it; whether it is there already, only a look can tell
    WAITING = "waiting"  # it has been told what to do, and has not begun
    WORKING = "working"
    STOPPING = "stopping"  # it was told to stop, and has not
    ENDED = "ended"  # nothing of it costs any more


@dataclass(frozen=True, slots=True)
class RemoteSession:
    id: str  # our session's
    run_id: str
    playbook: str
    title: str  # there; holds our run's and session's id, by which it is found again
    opened_at: datetime  # UTC; when it was first wanted
    remote_id: str | None = None  # None: nothing has told it yet
    message_id: str | None = None
    status: RemoteStatus = RemoteStatus.OPENING
    pictures: int = 0  # published so far
    cost_usd: float | None = None  # as told there; None: nothing was told
    ended_at: datetime | None = None
    is_archived: bool = False
    url: str = ""  # of its page for people; empty: nobody said where that is

    @property
    def is_open(self) -> bool:
        """Whether something of it may go on."""
        return self.status is not RemoteStatus.ENDED


def title_of(name: str, run_id: str, session_id: str) -> str:
    """The title of a remote session; the key at its end names it among all others."""
    return f"{' '.join(name.split())[:120]} {key_of(run_id, session_id)}".strip()


def key_of(run_id: str, session_id: str) -> str:
    """What only one session has in its title."""
    return f"[run:{run_id}] [session:{session_id}]"
