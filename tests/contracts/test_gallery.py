"""What every gallery keeps; run over a folder, a bucket of a real S3 server, two of stand-ins, and the one in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from builders import a_sha
from clouds import azure, google
from galleries import MemoryGallery
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.errors import NotFound, Unreadable
from inspect_pipelines.imaging.picture import decode
from inspect_pipelines.imaging.rows import pack
from inspect_pipelines.ports.gallery import Gallery, Stat
from loopback_site.server import png
from object_storage import ObjectServer
from resources.clock import SystemClock
from resources.gallery.folder import FolderGallery
from resources.gallery.objects import ObjectGallery

NOBODYS = Sha256("a" * 64)
EVER = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["folder", "memory", "bucket", "azure", "google"])
def gallery(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gallery]:
    match request.param:
        case "bucket":
            server: ObjectServer = request.getfixturevalue("object_server")
            yield ObjectGallery(server.objects(uuid4().hex), SystemClock())
        case "azure" | "google":
            with {"azure": azure, "google": google}[request.param](tmp_path) as objects:
                yield ObjectGallery(objects, SystemClock())
        case "folder":
            yield FolderGallery(tmp_path / "gallery")
        case "memory":
            yield MemoryGallery()


def test_a_picture_is_named_by_its_bytes_and_comes_back_as_it_went_in(gallery: Gallery) -> None:
    picture = png(20, 10)

    sha = gallery.put(picture)

    assert sha == hashlib.sha256(picture).hexdigest()
    assert gallery.get(sha) == picture
    with gallery.open(sha) as file:
        assert (file.read(8), file.read()) == (picture[:8], picture[8:])


def test_storing_the_same_picture_again_gives_the_same_name(gallery: Gallery) -> None:
    assert gallery.put(png(20, 10)) == gallery.put(png(20, 10))


def test_a_pictures_sizes_are_known(gallery: Gallery) -> None:
    picture = png(20, 10)

    assert gallery.stat(gallery.put(picture)) == Stat(len(picture), 20, 10)


def test_a_picture_has_an_address_of_its_own_that_names_it_also_when_it_is_not_there(
    gallery: Gallery,
) -> None:
    sha = gallery.put(png(20, 10))

    assert sha in gallery.url(sha)
    assert gallery.url(sha) == gallery.url(sha) != gallery.url(NOBODYS)


@pytest.mark.parametrize("asked", ["get", "open", "stat", "thumbnail"])
def test_what_was_never_stored_is_not_found(gallery: Gallery, asked: str) -> None:
    with pytest.raises(NotFound, match="is not in the gallery"):
        getattr(gallery, asked)(NOBODYS)


def test_what_can_name_no_picture_has_no_address(gallery: Gallery) -> None:
    with pytest.raises(NotFound, match="names no picture"):
        gallery.url(Sha256("../../etc/passwd"))


@pytest.mark.parametrize("data", [b"", b"GIF89a" + b"x" * 50, png(20, 10)[:-5]])
def test_what_is_no_whole_picture_is_refused(gallery: Gallery, data: bytes) -> None:
    with pytest.raises(Unreadable):
        gallery.put(data)

    with pytest.raises(NotFound):
        gallery.get(Sha256(hashlib.sha256(data).hexdigest()))


def test_row_hashes_are_kept_where_they_were_asked_for(gallery: Gallery) -> None:
    plain, with_rows = gallery.put(png(20, 10)), gallery.put(png(20, 11), with_rows=True)

    assert gallery.rows(plain) is None
    assert gallery.rows(with_rows) == pack(decode(png(20, 11)))


def test_a_thumbnail_is_a_small_picture_that_needs_no_other_format_than_browsers_know(
    gallery: Gallery,
) -> None:
    small = gallery.thumbnail(gallery.put(png(600, 900)), max_px=60)

    assert small.startswith(b"\x89PNG") or small[8:12] == b"WEBP"
    assert len(small) < len(png(600, 900))


def test_pruning_deletes_what_nobody_keeps_and_counts_it_first_where_asked(gallery: Gallery) -> None:
    kept, gone = gallery.put(png(20, 1)), gallery.put(png(20, 2), with_rows=True)
    later = datetime.now(UTC) + timedelta(minutes=5)

    counted = gallery.prune([kept], older_than=later, is_dry_run=True)
    was_there = gallery.get(gone)
    deleted = gallery.prune([kept], older_than=later)

    assert was_there == png(20, 2)
    assert counted[0] == deleted[0] == 1
    assert deleted[1] >= len(was_there)
    assert gallery.get(kept) == png(20, 1)
    assert gallery.rows(gone) is None
    with pytest.raises(NotFound):
        gallery.get(gone)


def test_a_gallery_that_took_a_picture_can_take_more(gallery: Gallery) -> None:
    gallery.put(png(20, 10))

    gallery.check_writable()

    free = gallery.free_bytes()
    assert free is None or free > 0


def test_what_is_about_to_be_referred_to_anew_is_as_young_as_a_new_picture(gallery: Gallery) -> None:
    sha = gallery.put(png(20, 1))

    assert gallery.keep(sha)
    assert not gallery.keep(a_sha("0"))

    assert gallery.prune([], older_than=EVER) == (0, 0)


def test_pruning_leaves_what_is_young(gallery: Gallery) -> None:
    sha = gallery.put(png(20, 1))

    assert gallery.prune([], older_than=EVER) == (0, 0)
    assert gallery.get(sha) == png(20, 1)
