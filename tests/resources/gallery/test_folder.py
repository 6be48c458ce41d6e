"""The gallery keeps whole pictures under their hash, and nothing else."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import sys
import zlib
from datetime import UTC, datetime, timedelta
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

import pytest
from PIL import Image

from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.errors import NotFound, Unavailable, Unreadable
from inspect_pipelines.imaging.picture import decode
from inspect_pipelines.imaging.rows import pack
from loopback_site.server import png
from resources.gallery.folder import FolderGallery

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def gallery(tmp_path: Path) -> FolderGallery:
    return FolderGallery(tmp_path / "gallery")


def test_a_picture_comes_back_byte_for_byte_from_a_file_named_by_its_hash(gallery):
    picture = png(20, 10)

    sha = gallery.put(picture)

    assert sha == hashlib.sha256(picture).hexdigest()
    assert gallery.get(sha) == picture
    assert gallery.path(sha).parts[-2:] == (sha[:2], f"{sha}.png")


def test_the_same_picture_is_stored_once_and_is_young_again(gallery):
    sha = gallery.put(png(20, 10))
    inode = gallery.path(sha).stat().st_ino
    age(gallery, sha)

    gallery.put(png(20, 10))

    stored = gallery.path(sha).stat()
    assert stored.st_ino == inode
    assert stored.st_mtime > (datetime.now(UTC) - timedelta(minutes=5)).timestamp()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no PNG"),
        (b"GIF89a" + b"x" * 50, "no PNG"),
        (png(20, 10)[:-5], "cut off"),
        (png(20, 10)[:40] + b"\x00\x01" + png(20, 10)[42:], "cannot be decoded"),
        (png(40_000, 1), "40000 x 1 px was refused"),
        (png(20, 10)[:8] + b"\x00\x00\x00\x0dJUNK" + png(20, 10)[16:], "header is damaged"),
        (png(20, 10) + b"x" * 60_000_000, "60 MB was refused"),
    ],
)
def test_what_is_no_whole_picture_is_refused_and_not_stored(gallery, tmp_path, data, reason):
    with pytest.raises(Unreadable, match=reason):
        gallery.put(data)

    assert not list(tmp_path.rglob("*.png"))


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(gallery):
    header = bytearray(png(10, 10))
    header[16:24] = (30_000).to_bytes(4, "big") * 2

    with pytest.raises(Unreadable, match="30000 x 30000 px was refused"):
        gallery.put(bytes(header))


def test_a_corrupt_stored_picture_is_unreadable_with_a_way_out(gallery):
    sha = gallery.put(png(20, 10))
    gallery.path(sha).write_bytes(png(20, 11))

    with pytest.raises(
        Unreadable, match="put the file back from a backup, or let a run shoot the same picture again"
    ):
        gallery.get(sha)
    with pytest.raises(Unreadable):
        gallery.thumbnail(sha)


def test_a_missing_picture_is_not_found(gallery):
    with pytest.raises(NotFound, match="is not in the gallery"):
        gallery.get(Sha256("a" * 64))


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, "a" * 63, "", "a" * 64 + "\n", "/" * 64])
def test_only_64_hex_digits_name_a_picture(gallery, name):
    with pytest.raises(NotFound, match="names no picture"):
        gallery.path(Sha256(name))


def test_a_thumbnail_is_small_made_once_and_shows_the_top_of_a_tall_page(gallery):
    tall = gallery.put(png(600, 9000))

    small = gallery.thumbnail(tall, max_px=150)
    gallery.path(tall).unlink()

    assert Image.open(BytesIO(small)).size == (150, 600)
    assert gallery.thumbnail(tall, max_px=150) == small  # from the stored one


def test_a_small_picture_is_not_enlarged_into_a_thumbnail(gallery):
    assert Image.open(BytesIO(gallery.thumbnail(gallery.put(png(60, 40))))).size == (60, 40)


def test_pruning_deletes_what_is_old_and_unreferenced_with_its_thumbnails_and_leftovers(gallery, tmp_path):
    kept, old, young = (gallery.put(png(20, height)) for height in (1, 2, 3))
    gallery.thumbnail(old)
    for sha in (kept, old):
        age(gallery, sha)
    leftover = gallery.path(old).parent / ".abc.tmp"
    leftover.write_bytes(b"half a picture")
    os.utime(leftover, (0, 0))
    size = gallery.path(old).stat().st_size

    tried = gallery.prune({kept}, older_than=datetime.now(UTC) - timedelta(days=30), is_dry_run=True)
    was_there = gallery.path(old).exists()
    count, freed = gallery.prune({kept}, older_than=datetime.now(UTC) - timedelta(days=30))

    assert was_there
    assert tried == (count, freed) == (1, size + len(b"half a picture"))
    assert gallery.path(kept).exists()
    assert gallery.path(young).exists()
    assert not gallery.path(old).exists()
    assert not leftover.exists()
    assert not list((tmp_path / "gallery" / "thumbs").rglob("*.webp"))


def test_two_processes_that_store_the_same_pictures_leave_whole_ones_only(tmp_path):
    pool = [get_context("spawn").Process(target=store_many, args=(tmp_path,)) for _ in range(2)]
    for process in pool:
        process.start()
    for process in pool:
        process.join(300)

    gallery = FolderGallery(tmp_path)
    stored = sorted(path.stem for path in tmp_path.glob("??/*.png"))
    assert [process.exitcode for process in pool] == [0, 0]
    assert len(stored) == 40
    assert all(gallery.get(Sha256(sha)) for sha in stored)
    assert not list(tmp_path.glob("??/*.tmp"))


def test_a_full_disk_is_a_sentence_and_leaves_no_half_picture(tmp_path):
    """A disk of 256 kB, in a mount namespace of the child's own."""
    code = (
        "import subprocess, sys; from pathlib import Path\n"
        "from resources.gallery.folder import FolderGallery; from loopback_site.server import png; import os\n"
        "folder = Path(sys.argv[1]); subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=256k', 'none', folder], check=True)\n"
        "gallery = FolderGallery(folder); from inspect_pipelines.errors import Unavailable; from PIL import Image; from io import BytesIO\n"
        "noise = BytesIO(); Image.frombytes('L', (600, 600), os.urandom(360000)).save(noise, 'PNG')\n"
        "sha = gallery.put(png(5, 5))\n"
        "try: gallery.put(noise.getvalue())\n"
        "except Unavailable as error: print('told:', error)\n"
        "print(sorted(p.suffix for p in folder.glob('??/*')), gallery.get(sha) == png(5, 5))\n"
    )
    tests = Path(__file__).parents[2]
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", sys.executable, "-c", code, tmp_path],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(tests)},
    )

    assert "told: the picture" in done.stdout, done.stderr
    assert "its disk is full; free some space" in done.stdout
    assert "['.png'] True" in done.stdout


def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path):
    (tmp_path / "gallery").write_text("a file where the folder should be")

    with pytest.raises(Unavailable, match="cannot be stored"):
        FolderGallery(tmp_path / "gallery").put(png(2, 2))


def age(gallery: FolderGallery, sha: Sha256) -> None:
    os.utime(gallery.path(sha), (LONG_AGO.timestamp(), LONG_AGO.timestamp()))


def store_many(folder: Path) -> None:
    gallery = FolderGallery(folder)
    for height in range(1, 41):
        gallery.put(png(30, height))


def test_row_hashes_are_kept_with_a_shot_and_only_with_a_shot(gallery):
    shot = gallery.put(png(20, 10), with_rows=True)
    drawn = gallery.put(png(20, 11))

    assert gallery.rows(shot) == pack(decode(png(20, 10)))
    assert gallery.rows(drawn) is None


def test_a_picture_that_was_kept_without_row_hashes_gets_them_when_it_is_shot(gallery):
    sha = gallery.put(png(20, 10))

    gallery.put(png(20, 10), with_rows=True)

    assert gallery.rows(sha) == pack(decode(png(20, 10)))


def test_a_shot_that_cannot_be_decoded_is_refused_and_not_stored(gallery, tmp_path):
    whole = png(20, 10)
    at = whole.index(b"IDAT") + 4
    length = int.from_bytes(whole[at - 8 : at - 4], "big")
    empty = zlib.compress(b"")
    body = b"IDAT" + empty
    short = whole[: at - 8] + struct.pack(">I", len(empty)) + body + struct.pack(">I", zlib.crc32(body))
    short += whole[at + length + 4 :]

    with pytest.raises(Unreadable, match="cannot be decoded"):
        gallery.put(short, with_rows=True)

    assert not list(tmp_path.rglob("*.png"))


def test_prune_takes_row_hashes_with_their_picture_and_no_sooner(gallery):
    kept, lost = (gallery.put(png(20, height), with_rows=True) for height in (10, 11))
    for sha in (kept, lost):
        age(gallery, sha)
        os.utime(gallery.path(sha).with_suffix(".rows"), (0, 0))

    count, _ = gallery.prune([kept], older_than=datetime.now(UTC))

    assert count == 1
    assert gallery.rows(kept) is not None
    assert gallery.rows(lost) is None


@pytest.mark.parametrize("harm", [lambda data: b"", lambda data: data[:-1] + b"x", lambda data: data[:40]])
def test_a_damaged_picture_is_told_as_ours_and_mended_by_the_same_shot(gallery, harm):
    """A power cut left an approved picture with 0 bytes: every run failed as if the site had, for as long as it looked the same."""
    picture = png(20, 10)
    sha256 = gallery.put(picture)
    path = gallery.path(sha256)
    path.write_bytes(harm(picture))

    with pytest.raises(Unreadable, match=r"is damaged.*the fault is in our storage, not on the site"):
        gallery.get(sha256)
    gallery.put(picture)

    assert gallery.get(sha256) == picture
