"""Nights: pictures of one page, one after the other, judged as a run judges them, with what the ledger would have kept in between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.drifting.pages import SIZE
from inspect_pipelines.domain.baseline import Baseline, image_of
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.drift_track import Track
from inspect_pipelines.domain.ids import DEFAULT_ORG, BaselineId, RunId
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.screenshot import Environment, Screenshot, View
from inspect_pipelines.domain.session import SessionResult, SessionStatus
from inspect_pipelines.usecases.pictures.compare import compare
from inspect_pipelines.usecases.pictures.follow_drift import DriftMeter, tolerated
from resources.gallery.folder import FolderGallery

BEGIN = datetime(2026, 6, 1, 2, tzinfo=UTC)
VIEW = View("shop", "home", "desktop")
SAID = """[...document.querySelectorAll('h2, p, button')].map((one) => {
  const box = one.getBoundingClientRect();
  return [one.tagName.toLowerCase(), [box.x, box.y, box.width, box.height], one.innerText];
})"""  # what a session's picture knows of its elements, as far as it takes part in the judgement
HERE = Environment("Chromium", "here", "0" * 16)


@dataclass(frozen=True, slots=True)
class Night:
    """What one night came to."""

    number: int  # from 1
    comparison: Comparison

    @property
    def is_flagged(self) -> bool:
        """Whether a person hears of it: it failed, or needs review."""
        return not self.comparison.passed


class Nights:
    """Of one view.

    Args:
        page: Of a real browser.
        folder: For pictures.
        approved: The HTML whose picture a person approves.
    """

    def __init__(self, page: Page, folder: Path, approved: str, policy: BaselinePolicy | None = None) -> None:
        self._page, self._gallery = page, FolderGallery(folder)
        self._policy = policy or BaselinePolicy()
        shot = self._shot(approved, BEGIN)
        self._baseline = Baseline(
            BaselineId("b"), DEFAULT_ORG, "shop", {VIEW: image_of(shot, RunId("r"))}, BEGIN, "user:ada", RunId("r")
        )  # fmt: skip
        self._number = 0
        self.track: Track | None = None

    def pass_one(self, html: str) -> Night:
        """The next night."""
        night = self.foresee(html)
        self._number += 1
        if night.comparison.absorbed is not None:
            self.track = night.comparison.absorbed.track
        return night

    def foresee(self, html: str, policy: BaselinePolicy | None = None) -> Night:
        """What the next night would come to, and nothing of it is kept.

        Args:
            policy: Instead of the own.
        """
        policy = policy or self._policy
        at = BEGIN + timedelta(days=self._number + 1)
        tracks = {VIEW: self.track} if self.track else {}
        session = SessionResult(
            "s", "shop", SessionStatus.COMPLETED, at, at, environment=HERE, screenshots=(self._shot(html, at),)
        )  # fmt: skip
        sessions = tolerated([session], policy, tracks)
        shots = list(sessions[0].screenshots)
        compared = compare(self._gallery, self._baseline, shots, policy, draws=False)
        meter = DriftMeter(self._gallery, policy, self._baseline, tracks, at=at)
        (found,) = meter.measured(compared, sessions)
        return Night(self._number + 1, found)

    def _shot(self, html: str, at: datetime) -> Screenshot:
        self._page.set_content(html)
        sha = self._gallery.put(self._page.screenshot(animations="disabled"))
        said = self._page.evaluate(SAID)
        elements = tuple((name, Box(*map(round, box))) for name, box, _ in said)
        texts = tuple(text for _, _, text in said)
        return Screenshot(VIEW, sha, SIZE[0], SIZE[1], HERE, at, elements=elements, texts=texts)
