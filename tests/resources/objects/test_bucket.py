"""What INSPECT_GALLERY may say, and what is said of everything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.errors import UsageError
from resources.gallery.folder import FolderGallery
from resources.gallery.objects import ObjectGallery
from resources.gallery.opening import place
from resources.objects.bucket import Bucket, place_of
from resources.objects.store import Objects

NOTHING: dict[str, str | None] = {"endpoint": None, "region": None, "key": None, "secret": None}
SECRET = "${env:GALLERY_SECRET}"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("s3://shots", "shots"),
        ("s3://shots/home/a", "shots"),
        ("gs://shots/home/", "shots"),
        ("az://shots", "shots"),
    ],
)
def test_a_bucket_is_named_with_or_without_a_prefix(address: str, name: str) -> None:
    found = place_of(address, **NOTHING)

    assert isinstance(found, Bucket)
    assert (found.name, found.url) == (name, address.rstrip("/"))


def test_a_folder_elsewhere_is_a_folder() -> None:
    assert place_of("file:///mnt/all%20shots", **NOTHING) == Path("/mnt/all shots")


@pytest.mark.parametrize(
    ("address", "beside", "sentence"),
    [
        ("shots", {}, "'shots' is no address of a gallery; write s3://"),
        ("/mnt/shots", {}, "is no address of a gallery"),
        ("ftp://shots", {}, "is no address of a gallery"),
        ("https://shots.s3.amazonaws.com", {}, "is no address of a gallery"),
        ("s3://", {}, "names no bucket"),
        ("s3:///shots", {}, "names no bucket"),
        ("s3://shots/a?versionId=1", {}, "names no bucket"),
        ("s3://shots/a/../b", {}, "empty or dotted piece"),
        ("s3://shots/a//b", {}, "empty or dotted piece"),
        ("file://shots/a", {}, "three slashes"),
        ("s3://shots", {"key": "AKIA"}, "set INSPECT_GALLERY_SECRET too, or neither"),
        ("s3://shots", {"secret": SECRET}, "set INSPECT_GALLERY_KEY too, or neither"),
        ("az://shots", {"secret": SECRET}, "set INSPECT_GALLERY_KEY too, or neither"),
        ("gs://shots", {"key": "AKIA", "secret": SECRET}, "INSPECT_GALLERY_KEY has no meaning with gs://"),
        ("gs://shots", {"endpoint": "https://x"}, "INSPECT_GALLERY_ENDPOINT has no meaning with gs://"),
        ("az://shots", {"region": "eu"}, "is of s3:// only, and INSPECT_GALLERY is az://"),
    ],
)
def test_every_mistake_has_a_sentence(address: str, beside: dict[str, str], sentence: str) -> None:
    with pytest.raises(UsageError) as told:
        place_of(address, **{**NOTHING, **beside})

    assert sentence in str(told.value)


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError) as told:
        place_of("s3://ada:hunter2@shots", **NOTHING)

    assert "INSPECT_GALLERY_SECRET" in str(told.value)
    assert "hunter2" not in str(told.value)


def test_a_secret_is_a_reference_and_never_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECT_GALLERY_SECRET", "hunter2")

    with pytest.raises(UsageError) as told:
        Settings()

    assert "INSPECT_GALLERY_SECRET does not fit" in str(told.value)
    assert "hunter2" not in str(told.value)


def test_what_is_not_said_is_the_folder_of_the_home(tmp_path: Path) -> None:
    assert place(Settings(home=tmp_path)) == tmp_path.resolve() / "gallery"


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"gallery": "s3://shots", "gallery_key": "AKIA"}, "S3Store"),
        ({"gallery": "az://shots", "gallery_key": "account"}, "AzureStore"),
    ],
)
def test_each_kind_of_bucket_is_opened_with_what_is_said(
    settings: dict[str, str], kind: str, tmp_path: Path
) -> None:
    """Opened, not asked: nothing here is Google's or Microsoft's."""
    (tmp_path / "secret").write_text("c2VjcmV0\n")

    where = place(Settings(**settings, gallery_secret=f"${{file:{tmp_path / 'secret'}}}"))

    assert isinstance(where, Bucket)
    with Objects(where, lambda _: "c2VjcmV0")._told("it cannot be opened") as store:
        assert type(store).__name__ == kind
    assert "c2VjcmV0" not in repr(where)


def test_wiring_takes_the_gallery_that_is_said(tmp_path: Path) -> None:
    from inspect_pipelines.wiring import house

    in_bucket = house(Settings(home=tmp_path, gallery="s3://shots"))
    elsewhere = house(Settings(home=tmp_path, gallery=(tmp_path / "elsewhere").as_uri()))

    assert isinstance(in_bucket.gallery, ObjectGallery)
    assert in_bucket.gallery.url("a" * 64) == f"s3://shots/aa/{'a' * 64}.png"
    assert isinstance(elsewhere.gallery, FolderGallery)
    assert elsewhere.gallery.url("a" * 64).startswith(str(tmp_path / "elsewhere"))
