"""A control plane's stand-in beside what asks it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.ports.clock import Clock
from prepared import prepare
from resources.clock import SystemClock
from resources.gallery.folder import FolderGallery
from resources.http.trust import Trust
from resources.ledger.store import create_ledgers
from resources.sessions.open_inspect.access import Access
from resources.sessions.open_inspect.control_plane import ControlPlane as Client
from resources.sessions.open_inspect.pace import Pace
from resources.sessions.open_inspect.sessions import OpenInspectSessions
from stand_ins.open_inspect import ACTOR, SECRET, ControlPlane

LOOPBACK = ("127.0.0.1",)


def access(plane: ControlPlane, **changes: Any) -> Access:
    return Access(
        **{
            "url": plane.url,
            "secret": "${env:OI}",
            "actor": ACTOR,
            "web_url": "https://inspect.example",
            "allow_private": LOOPBACK,
            **changes,
        }
    )


PACE = Pace(first=0.02, most=0.05, busy_most=0.1, opening=60.0, stopping=1.0, collecting=60.0, a_second=1e6)


def agents(
    plane: ControlPlane, folder: Path, clock: Clock | None = None, *, pace: Pace = PACE, **changes: Any
) -> OpenInspectSessions:
    """Agents of a stand-in, for the first organisation of a home."""
    if not (folder / "ledger.db").exists():
        prepare(folder)
    return OpenInspectSessions(
        lambda: access(plane, **changes),
        ledger=create_ledgers(folder / "ledger.db").of(DEFAULT_ORG),
        gallery=FolderGallery(folder / "gallery"),
        clock=clock or SystemClock(),
        resolve=lambda reference: SECRET,
        pace=pace,
    )


def client(
    plane: ControlPlane,
    *,
    clock: Clock | None = None,
    resolve: Callable[[str], str] = lambda reference: SECRET,
    **changes: Any,
) -> Client:
    clock = clock or SystemClock()
    return Client(access(plane, **changes), clock, resolve, Trust(clock))
