"""False differences: a site that does not change, played again and again, and compared with its first pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.sessions.sites import Site
from inspect_pipelines.config.one_playbook import read_playbook
from inspect_pipelines.domain.baseline import Baseline, image_of
from inspect_pipelines.domain.ids import DEFAULT_ORG, BaselineId, RunId
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.session import SessionRequest, SessionResult, SessionStatus, Value
from inspect_pipelines.usecases.pictures.compare import compare
from resources.channels.registry import CHANNELS
from resources.clock import SystemClock
from resources.gallery.folder import FolderGallery
from resources.sessions.browser.sessions import BrowserSessions

FAR = datetime(2100, 1, 1, tzinfo=UTC)


def differences(site: Site, url: str, folder: Path, runs: int, say: Callable[[str], None]) -> tuple[int, int]:
    """How many views were compared, and how many were told as different, missing or new although nothing has changed."""
    file = site.playbook or site.written(url, folder)
    playbook = read_playbook(file, kinds=CHANNELS, today=date(2026, 11, 29)).playbook
    defaults = {each.name: Value(each.default) for each in playbook.variables if each.default is not None}
    values = {**defaults, **site.values, **{name: Value(url) for name in site.addresses}}
    allowed = (f"localhost:{urlsplit(url).port}",)
    request = SessionRequest("session", "run", replace(playbook), values, allowed)
    first = _played(request, folder)
    images = {shot.view: image_of(shot, RunId("first")) for shot in first.screenshots}
    baseline = Baseline(
        BaselineId("first"), DEFAULT_ORG, site.name, images, first.completed_at, "user:bench", RunId("first")
    )
    gallery, views, wrong = FolderGallery(folder / "gallery"), 0, 0
    for number in range(1, runs + 1):
        compared = compare(
            gallery, baseline, _played(request, folder).screenshots, BaselinePolicy(), draws=False
        )
        failed = [f"{each.view}: {each.reason}" for each in compared if not each.passed]
        views, wrong = views + len(compared), wrong + len(failed)
        say(
            f"{site.name:<11} run {number:>2}: {len(compared)} views, {len(failed)} false  {'; '.join(failed)}"
        )
    return views, wrong


def _played(request: SessionRequest, folder: Path) -> SessionResult:
    sessions = BrowserSessions(gallery=folder / "gallery", scratch=folder / "run", clock=SystemClock())
    try:
        result = sessions.play(request, deadline=FAR)
    finally:
        sessions.close()
    if result.status is not SessionStatus.COMPLETED:
        raise RuntimeError(f"{request.playbook.id}: {result.error}")
    return result
