"""What views that pass have absorbed since a person approved their pictures."""

from __future__ import annotations

from typing import Protocol

from inspect_pipelines.domain.drift_track import Tracks
from inspect_pipelines.domain.screenshot import View


class DriftTracks(Protocol):
    """One track for each approved picture of a view of a baseline set."""

    def of(self, set_name: str) -> Tracks: ...
    def keep(self, set_name: str, tracks: Tracks) -> None:
        """Keep these as they are from now on; those of other views and pictures stay."""

    def forget(self, set_name: str, view: View, letter: str) -> None:
        """That picture is approved no more; its letter may mean another one some day."""
