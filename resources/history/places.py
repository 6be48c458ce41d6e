"""Where the history's files are; only `published` is for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from inspect_pipelines.domain.ids import OrgId


@dataclass(frozen=True, slots=True)
class Places:
    home: Path  # INSPECT_HOME

    @property
    def published(self) -> Path:
        """The copy that people open, read-write even; replaced by rename, never written in place."""
        return self.home / "history.duckdb"

    @property
    def folder(self) -> Path:
        return self.home / "history"

    @property
    def live(self) -> Path:
        """Written by the holder of `lock`, through DuckDB and by no other means: DuckDB's own lock is POSIX, which a
        process loses when it closes any other descriptor of the file.
        """
        return self.folder / "live.duckdb"

    @property
    def live_wal(self) -> Path:
        return self.folder / "live.duckdb.wal"

    @property
    def snapshot(self) -> Path:
        """The copy that our own queries read, so that they neither block people's locks nor see people's changes."""
        return self.folder / "snapshot.duckdb"

    def part(self, org_id: OrgId) -> Path:
        """One organisation's rows of the snapshot, where it holds those of several."""
        return self.folder / "of" / f"{org_id}.duckdb"

    @property
    def published_note(self) -> Path:
        """What the newest publication holds, as JSON."""
        return self.folder / "published.json"

    @property
    def remarks(self) -> Path:
        """What had to be mended, and when, as JSON."""
        return self.folder / "remarks.json"

    def beside(self, name: str, at: datetime) -> Path:
        """Where a file is kept that is used no more, and that nobody has thrown away."""
        return self.folder / f"{name}-{at:%Y%m%dT%H%M%S}.duckdb"

    @property
    def moved(self) -> Path:
        """Says where the history is, once it is no file of this home any more, as JSON."""
        return self.folder / "moved.json"

    @property
    def wanted(self) -> Path:
        """Exists while somebody waits for a publication."""
        return self.folder / "wanted"

    @property
    def lock(self) -> Path:
        """The flock on it is the lease among the processes of this machine; never deleted."""
        return self.folder / "lock"
