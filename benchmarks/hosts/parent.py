"""`python -m benchmarks.hosts.parent`: the warm parent, whose runs play playbooks called `idle-..` without a browser.

A session of those waits as long as it is told to, and stores a real picture; all around it is the product's own.
With a browser each, two cores would measure Chromium, and nothing of what is between hosts.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from io import BytesIO

from PIL import Image

from inspect_pipelines import wiring
from inspect_pipelines.domain.screenshot import Environment, Screenshot, View
from inspect_pipelines.domain.session import (
    SessionRequest,
    SessionResult,
    SessionStatus,
    StepResult,
    StepStatus,
)
from inspect_pipelines.engine.warm import parent
from resources.clock import SystemClock
from resources.gallery.opening import gallery_at
from resources.sessions.browser.sessions import BrowserSessions

IDLE = "idle"
SECONDS = float(os.environ.get("IDLE_SECONDS", "5"))
LOOK_SECONDS = 0.25
SIZE = (320, 200)
ENVIRONMENT = Environment("no browser", "a journey's host", "0" * 16)


class IdleSessions(BrowserSessions):
    """`ports.Sessions`: idles where it is told to, else plays in Chromium as ever."""

    def play(
        self,
        request: SessionRequest,
        *,
        deadline: datetime,
        cancelled: Callable[[], bool] = lambda: False,
        told: Callable[[StepResult], None] = lambda step: None,
    ) -> SessionResult:
        if not request.playbook.id.startswith(IDLE):
            return super().play(request, deadline=deadline, cancelled=cancelled, told=told)
        clock = SystemClock()
        started_at, until = clock.now(), clock.monotonic() + SECONDS
        while clock.monotonic() < until and not cancelled():
            clock.sleep(LOOK_SECONDS)
        png = _picture(request.definition)
        gallery = gallery_at(self._gallery, clock, self._scratch.parent)
        step, viewport = request.playbook.steps[0].id, request.playbook.viewports[0].name
        shot = Screenshot(
            view=View(request.playbook.id, "home", viewport),
            sha256=gallery.put(png, with_rows=True),
            width=SIZE[0],
            height=SIZE[1],
            environment=ENVIRONMENT,
            taken_at=clock.now(),
            step_id=step,
            size_bytes=len(png),
        )
        done = StepResult(step, step, viewport, StepStatus.PASSED, int(SECONDS * 1000))
        told(done)
        return SessionResult(
            id=request.id,
            playbook=request.playbook.id,
            status=SessionStatus.COMPLETED,
            started_at=started_at,
            completed_at=clock.now(),
            steps=(done,),
            screenshots=(shot,),
            environment=ENVIRONMENT,
            browser_ms=int(SECONDS * 1000),
        )


def _picture(definition: str) -> bytes:
    """The same for a definition each time."""
    shade = sum(definition.encode()) % 256
    out = BytesIO()
    Image.new("RGB", SIZE, (shade, 255 - shade, 128)).save(out, "PNG")
    return out.getvalue()


if __name__ == "__main__":
    wiring.BrowserSessions = IdleSessions  # type: ignore[misc]
    parent.main()
