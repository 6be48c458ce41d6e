"""What views that pass have absorbed since a person approved their pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from inspect_pipelines.domain.drift_track import Track
from inspect_pipelines.domain.screenshot import View


class DriftTracks(Protocol):
    """One track a view of a baseline set."""

    def of(self, set_name: str) -> Mapping[View, Track]: ...
    def keep(self, set_name: str, tracks: Mapping[View, Track]) -> None:
        """Keep these as they are from now on; those of other views stay."""
