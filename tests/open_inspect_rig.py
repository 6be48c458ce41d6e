"""A control plane's stand-in beside what asks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from inspect_pipelines.ports.clock import Clock
from resources.clock import SystemClock
from resources.http.trust import Trust
from resources.sessions.open_inspect.access import Access
from resources.sessions.open_inspect.control_plane import ControlPlane as Client
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


def client(
    plane: ControlPlane,
    *,
    clock: Clock | None = None,
    resolve: Callable[[str], str] = lambda reference: SECRET,
    **changes: Any,
) -> Client:
    clock = clock or SystemClock()
    return Client(access(plane, **changes), clock, resolve, Trust(clock))
