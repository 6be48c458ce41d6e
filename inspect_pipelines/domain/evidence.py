"""Evidence beside the pictures: what of a session's traces, films and network logs is kept, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from inspect_pipelines.domain.finding import Finding
from inspect_pipelines.domain.ids import Sha256


class Keep(StrEnum):
    OFF = "off"
    ON_FAILURE = "on_failure"  # of a session whose step or finding failed it, or that was stopped
    ALWAYS = "always"

    def holds(self, *, has_failed: bool) -> bool:
        """Whether it is kept of a session that ended so."""
        return self is Keep.ALWAYS or (self is Keep.ON_FAILURE and has_failed)


@dataclass(frozen=True, slots=True)
class EvidenceRules:
    trace: Keep = Keep.OFF
    video: Keep = Keep.OFF
    har: Keep = Keep.OFF
    console: Keep = Keep.ALWAYS

    @property
    def needs_files(self) -> bool:
        """Whether anything is recorded."""
        return any(each is not Keep.OFF for each in (self.trace, self.video, self.har))


class EvidenceKind(StrEnum):
    TRACE = "trace"  # a zip for Playwright's trace viewer
    VIDEO = "video"  # an animated WebP
    HAR = "har"

    @property
    def suffix(self) -> str:
        """Of its file."""
        return {EvidenceKind.TRACE: ".zip", EvidenceKind.VIDEO: ".webp"}.get(self, ".har")

    @property
    def most_bytes(self) -> int:
        """Of one file; a larger one is not kept."""
        return {EvidenceKind.TRACE: 50, EvidenceKind.VIDEO: 8}.get(self, 20) * 1_000_000


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """One file of one viewport."""

    kind: EvidenceKind
    viewport: str
    sha256: Sha256 | None  # None: it is not kept
    size_bytes: int = 0
    note: str = ""  # why it is not kept, or what is missing in it


def has_failed(findings: Iterable[Finding], fail_on: str | None, *, is_whole: bool) -> bool:
    """Whether a session's evidence of failures is kept.

    Args:
        is_whole: It was played to its end.
    """
    return not is_whole or any(each.fails_at(fail_on) for each in findings)
