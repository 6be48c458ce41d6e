"""A playbook played in a browser that is up, as the worker does it, line by line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser

from inspect_pipelines.domain.session import SessionRequest, SessionResult
from resources.logins.folder import FolderLogins
from resources.sessions.browser.halt import Halt
from resources.sessions.browser.service import perform
from resources.sessions.evidence import Evidence
from resources.sessions.wire import decoded

STARTED_AT = datetime(2026, 11, 29, tzinfo=UTC)


def played_in(browser: Browser, request: SessionRequest, gallery: Path) -> SessionResult:
    """What came of it; its contexts are closed, the browser stays up."""
    evidence = Evidence(request, started_at=STARTED_AT, player="the browser")
    lines: list[str] = []
    perform(
        request,
        gallery,
        lines.append,
        lambda: browser,
        Halt(),
        logins=FolderLogins(gallery.parent / "logins"),
    )
    for context in browser.contexts:
        context.close()
    for line in lines:
        evidence.add(decoded(line), now=0.0)
    return evidence.result(completed_at=STARTED_AT, now=0.0)
