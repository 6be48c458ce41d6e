"""Where pictures are kept, as settings say it, and the gallery there; a browser's worker opens the same one."""

from __future__ import annotations

from pathlib import Path

from inspect_pipelines.config.settings import Settings, resolve_secret
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.gallery import Gallery
from resources.gallery.folder import FolderGallery
from resources.gallery.objects import ObjectGallery
from resources.objects.bucket import Bucket, place_of
from resources.objects.store import Objects, Patience

HASTY = Patience(
    request_seconds=5, connect_seconds=2, retries=0
)  # whoever asks for health waits for the answer


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
