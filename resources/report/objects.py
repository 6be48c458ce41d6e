"""Reports in the bucket of the gallery: `reports/<run id>.html` and `reports/latest-<definition>.html`, for any number of machines."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from inspect_pipelines.domain.ids import RunId, Sha256
from inspect_pipelines.domain.report import Report
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.gallery import Gallery
from resources.objects.store import Objects
from resources.report.html import HtmlReports

FOLDER = "reports"


class ObjectReports:
    """`ports.Reports` in a bucket. A page is drawn in a folder of its own, and stands in the bucket whole or not at all.

    Args:
        before: Where pages were before there was a bucket: they are read and thinned there, and none is added.
    """

    def __init__(self, objects: Objects, gallery: Gallery, before: HtmlReports) -> None:
        self._objects, self._gallery, self._before = objects, gallery, before

    def write(self, report: Report) -> None:
        with tempfile.TemporaryDirectory(prefix="inspect-report-") as folder:
            drawn = HtmlReports(Path(folder), self._gallery)
            drawn.write(report)
            page = drawn.path(report.run.id).read_bytes()
        self._objects.replace(_path(report.run.id), page)
        self._objects.replace(_latest(report.run.definition_id), page)

    def open(self, run_id: RunId) -> BinaryIO:
        page = self._objects.get(_path(run_id))
        if page is not None:
            return BytesIO(page)
        if self._before.is_written(run_id):
            return self._before.open(run_id)
        raise NotFound(f"run {run_id!r} has no report; one is written when it has ended")

    def let_go(
        self, kept: Mapping[RunId, Collection[Sha256]], sentence: str, *, is_dry_run: bool = False
    ) -> tuple[int, int]:
        from resources.report.letting_go import without_pictures

        pages, size = self._before.let_go(kept, sentence, is_dry_run=is_dry_run)
        copies: dict[int, list[str]] = {}  # by their size
        if kept:
            for each in self._objects.below(FOLDER):
                if each.path.startswith(f"{FOLDER}/latest-"):
                    copies.setdefault(each.size_bytes, []).append(each.path)
        for run_id, shas in kept.items():
            before = self._objects.get(_path(run_id))
            if before is None:
                continue
            after, gone = without_pictures(before, shas, sentence)
            if not gone:
                continue
            pages, size = pages + 1, size + len(before) - len(after)
            if not is_dry_run:
                for copy in copies.get(len(before), ()):
                    if self._objects.get(copy) == before:
                        self._objects.replace(copy, after)
                self._objects.replace(_path(run_id), after)  # last: whoever is interrupted finds it as it was
        return pages, size

    def is_written(self, run_id: RunId) -> bool:
        return self._objects.head(_path(run_id)) is not None or self._before.is_written(run_id)

    def url(self, run_id: RunId) -> str:
        """The address in the bucket, which opens with a key only; people open `/runs/ID/report`, and signed links in messages."""
        return self._objects.url(_path(run_id))


def _path(run_id: RunId) -> str:
    return f"{FOLDER}/{run_id}.html"


def _latest(definition_id: str) -> str:
    return f"{FOLDER}/latest-{definition_id}.html"
