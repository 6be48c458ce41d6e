"""The recorder: a session's trace, network log and film, which leave the worker without any secret or not at all.

The trace has no pictures of its own: nobody can take a secret out of them. What a window looked like is in the film, whose
frames are the mirror's, masked like every picture of ours.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

from playwright.sync_api import BrowserContext, Error

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.evidence import EvidenceFile, EvidenceKind, EvidenceRules, Keep
from inspect_pipelines.errors import Refused, Unavailable
from inspect_pipelines.ports.evidence_files import EvidenceFiles
from resources.sessions.browser.clean_files import clean_har, clean_trace, misread
from resources.sessions.browser.film import Film
from resources.sessions.record import Record
from resources.sessions.scrubbing import Scrubber

CLEANED = {EvidenceKind.TRACE: clean_trace, EvidenceKind.HAR: clean_har}


class Recorder:
    """Of one session.

    Args:
        files: Where they are kept; None: nowhere, and nothing is recorded.
        scratch: A folder that goes with the worker, for what still holds secrets.
    """

    def __init__(
        self,
        rules: EvidenceRules,
        record: Record,
        files: EvidenceFiles | None,
        scratch: Path,
    ) -> None:
        self._rules = rules if files is not None else EvidenceRules()
        self._record, self._files, self._scratch = record, files, scratch
        self._films: dict[str, Film] = {}
        self._raw: list[tuple[EvidenceKind, str, Path]] = []

    @property
    def films(self) -> bool:
        """Whether it wants to see frames."""
        return self._rules.video is not Keep.OFF

    @property
    def needs_close(self) -> bool:
        """Whether a context writes something only when it is closed."""
        return self._rules.har is not Keep.OFF

    def options(self, viewport: str) -> dict[str, Any]:
        """What a new context has to know."""
        if self._rules.har is Keep.OFF:
            return {}
        return {"record_har_path": self._path(EvidenceKind.HAR, viewport), "record_har_content": "omit"}

    def begin(self, context: BrowserContext, viewport: str) -> None:
        """From here on."""
        if self.films:
            self._films[viewport] = Film(is_whole=self._rules.video is Keep.ALWAYS)
        if self._rules.trace is not Keep.OFF:
            context.tracing.start(screenshots=False, snapshots=True, sources=False)

    def end(self, context: BrowserContext, viewport: str) -> None:
        """Up to here; what a browser that has died does not tell any more is not there."""
        if self._rules.trace is not Keep.OFF:
            with suppress(Error):
                context.tracing.stop(path=self._path(EvidenceKind.TRACE, viewport))

    @property
    def viewport(self) -> str:
        """On which is played now."""
        return self._record.at.viewport

    def see(self, jpeg: bytes) -> None:
        """A frame of the window that is played."""
        if film := self._films.get(self.viewport):
            film.add(jpeg, self._title(), at=monotonic())

    def fault(self, picture: Callable[[], bytes], message: str, box: Callable[[], Box | None]) -> None:
        """The step that is being played cannot go on."""
        if film := self._films.get(self.viewport):
            film.fault(picture(), self._title(), self._record.shortened(message), box(), at=monotonic())

    def keep(self, *, has_failed: bool) -> None:
        """Store what the playbook wants of a session that ended so; the rest is gone."""
        known = self._record.secrets  # by now also what it has learnt while it played
        scrubber = Scrubber([*known, *(each for secret in known for each in misread(secret))])
        for kind, viewport, path in self._raw:
            if getattr(self._rules, kind.value).holds(has_failed=has_failed) and path.exists():
                self._store(kind, viewport, self._cleaned(kind, path, scrubber))
            path.unlink(missing_ok=True)
        for viewport, film in self._films.items():
            if self._rules.video.holds(has_failed=has_failed):
                self._store(EvidenceKind.VIDEO, viewport, film.encoded(EvidenceKind.VIDEO.most_bytes))

    def _cleaned(self, kind: EvidenceKind, path: Path, scrubber: Scrubber) -> bytes | None:
        """None: nobody can say what stands in it, so it is not kept."""
        try:
            return CLEANED[kind](path.read_bytes(), scrubber)
        except (OSError, ValueError, zipfile.BadZipFile):
            return None

    def _store(self, kind: EvidenceKind, viewport: str, data: bytes | None) -> None:
        assert self._files is not None  # else there are no rules
        if data is None:
            told = EvidenceFile(kind, viewport, None, note="it could not be read, or there was nothing in it")
        elif len(data) > kind.most_bytes:
            most = f"{kind.most_bytes / 1e6:.0f} MB"
            told = EvidenceFile(kind, viewport, None, len(data), f"left out: larger than {most}")
        else:
            try:
                told = EvidenceFile(kind, viewport, self._files.put(kind, data), len(data))
            except (Refused, Unavailable) as error:
                told = EvidenceFile(kind, viewport, None, len(data), str(error))
        self._record.tell(told)

    def _path(self, kind: EvidenceKind, viewport: str) -> Path:
        """A new one; a viewport's name need not be one of a file."""
        path = self._scratch / f"evidence-{len(self._raw)}{kind.suffix}"
        self._raw.append((kind, viewport, path))
        return path

    def _title(self) -> str:
        at = self._record.at
        return f"{at.step_id} ({at.viewport})"
