"""A bucket of Google's and a container of Azure's: the same promises as S3's, and what goes wrong there in our words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from clouds import in_azure, in_google
from inspect_pipelines.errors import InspectError, Refused
from resources.objects.store import Objects
from stand_ins.azure_blobs import AzureBlobs
from stand_ins.blobs import answering
from stand_ins.google_storage import GoogleStorage

OF_NOBODY = "bm9ib2R5IGtub3dzIHRoaXMga2V5LCBub3QgZXZlbiB1cw=="


class Cloud:
    """A stand-in, and who asks it."""

    def __init__(self, service: AzureBlobs | GoogleStorage, folder: Path) -> None:
        self.service, self._folder = service, folder

    def objects(self, name: str = "shots") -> Objects:
        if isinstance(self.service, AzureBlobs):
            return in_azure(self.service, self._folder, name=name)
        return in_google(self.service.account(), self._folder, name)

    def of_a_stranger(self) -> Objects:
        if isinstance(self.service, AzureBlobs):
            return in_azure(self.service, self._folder, OF_NOBODY)
        return in_google(self.service.account(rsa.generate_private_key(65537, 2048)), self._folder)


@pytest.fixture(params=[AzureBlobs, GoogleStorage])
def cloud(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cloud]:
    with answering(request.param()) as service:
        yield Cloud(service, tmp_path)


def test_what_is_stored_is_read_whole_or_in_part_listed_and_deleted(cloud: Cloud) -> None:
    objects = cloud.objects()

    assert objects.create("a/one & only.png", b"0123456789")
    objects.replace("a/two.png", b"")

    assert objects.get("a/one & only.png") == b"0123456789"
    assert objects.first_bytes("a/one & only.png", 4) == b"0123"
    assert [(each.path, each.size_bytes) for each in objects.below("a")] == [
        ("a/one & only.png", 10),
        ("a/two.png", 0),
    ]
    assert "home/a/two.png" in cloud.service.blobs, "below the prefix that was said"
    objects.delete("a/one & only.png", "a/never.png")
    assert [each.path for each in objects.below("")] == ["a/two.png"]


def test_of_two_that_find_nothing_there_one_stores_it(cloud: Cloud) -> None:
    objects = cloud.objects()

    assert [objects.create("same", text) for text in (b"first", b"second")] == [True, False]
    assert objects.get("same") == b"first"
    objects.replace("same", b"third")
    assert objects.get("same") == b"third"


def test_what_is_not_there_is_none(cloud: Cloud) -> None:
    objects = cloud.objects()

    assert (objects.get("never"), objects.first_bytes("never", 4), objects.head("never")) == (None,) * 3


def test_a_link_opens_without_a_key_and_for_nothing_else(cloud: Cloud) -> None:
    objects = cloud.objects()
    for name in ("mine.png", "other.png"):
        objects.replace(name, name.encode())
    link = objects.link("mine.png", seconds=60)

    assert httpx.get(link).content == b"mine.png"
    assert httpx.get(link.replace("mine", "other")).status_code == 403
    assert httpx.put(link, content=b"x").status_code == 403


def test_a_link_is_closed_when_its_time_is_over(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import datetime, timedelta

    import stand_ins.azure_blobs
    import stand_ins.google_storage

    objects = cloud.objects()
    objects.replace("mine.png", b"mine")
    link = objects.link("mine.png", seconds=60)

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=62)  # type: ignore[arg-type]

    monkeypatch.setattr(stand_ins.azure_blobs, "datetime", Later)
    monkeypatch.setattr(stand_ins.google_storage, "datetime", Later)

    assert httpx.get(link).status_code in (400, 403)


def test_a_key_that_nobody_knows_is_refused_and_named_nowhere(cloud: Cloud) -> None:
    with pytest.raises(Refused) as told:
        cloud.of_a_stranger().create("a.png", b"x")

    assert "the storage refuses it" in str(told.value)
    assert "INSPECT_GALLERY_SECRET" in str(told.value)
    assert OF_NOBODY not in str(told.value)
    assert "PRIVATE KEY" not in str(told.value)
    assert not cloud.service.blobs


@pytest.mark.parametrize("asked", ["create", "replace", "get", "list"])
def test_a_bucket_that_is_not_there_is_named(cloud: Cloud, asked: str) -> None:
    objects = cloud.objects("elsewhere")

    def ask() -> object:
        match asked:
            case "create":
                return objects.create("a.png", b"x")
            case "replace":
                return objects.replace("a.png", b"x")
            case "get":
                return objects.get("a.png")
        return list(objects.below(""))

    with pytest.raises(
        InspectError, match=r"elsewhere/home' does not exist; make it, or correct INSPECT_GALLERY"
    ):
        ask()
