"""Where pictures, evidence and reports are kept, as settings say it; a browser's worker opens the same places."""

from __future__ import annotations

from pathlib import Path

from inspect_pipelines.config.settings import Settings, resolve_secret
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.evidence_files import EvidenceFiles
from inspect_pipelines.ports.gallery import Gallery
from inspect_pipelines.ports.reports import Reports
from resources.evidence_files import FolderEvidenceFiles
from resources.evidence_objects import ObjectEvidenceFiles
from resources.gallery.folder import FolderGallery
from resources.gallery.objects import ObjectGallery
from resources.objects.bucket import Bucket, place_of
from resources.objects.store import Objects, Patience
from resources.report.html import HtmlReports
from resources.report.objects import ObjectReports

HASTY = Patience(
    request_seconds=5, connect_seconds=2, retries=0
)  # whoever asks for health waits for the answer
UNHURRIED = Patience(request_seconds=120)  # for 50 MB of a trace


def place(settings: Settings) -> Path | Bucket:
    """The folder in the home, unless INSPECT_GALLERY says another place.

    Raises:
        UsageError: It says none that can be.
    """
    if settings.gallery is None:
        return settings.absolute_home() / "gallery"
    return place_of(
        settings.gallery,
        endpoint=settings.gallery_endpoint,
        region=settings.gallery_region,
        key=settings.gallery_key,
        secret=settings.gallery_secret,
    )


def gallery_at(where: Path | Bucket, clock: Clock, home: Path | None = None) -> Gallery:
    """Opens nothing before its first use.

    Args:
        home: As ObjectGallery's.
    """
    if isinstance(where, Path):
        return FolderGallery(where)
    probe = Objects(where, resolve_secret, HASTY)
    return ObjectGallery(Objects(where, resolve_secret), clock, home, probe)


def evidence_at(where: Path | Bucket, folder: Path, clock: Clock) -> EvidenceFiles:
    """Files of evidence: in the gallery's bucket, where it is in one; else in this folder."""
    own = FolderEvidenceFiles(folder)
    return own if isinstance(where, Path) else ObjectEvidenceFiles(_large(where), clock, own)


def reports_at(where: Path | Bucket, home: Path, gallery: Gallery) -> Reports:
    """Reports: likewise, else in the home."""
    own = HtmlReports(home, gallery)
    return own if isinstance(where, Path) else ObjectReports(_large(where), gallery, own)


def _large(where: Bucket) -> Objects:
    return Objects(where, resolve_secret, UNHURRIED)
