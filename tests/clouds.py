"""Buckets of Google's and Microsoft's, played by stand-ins: neither can be reached, and no registry of ours has a server of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inspect_pipelines.config.settings import resolve_secret
from object_storage import HASTY
from resources.objects.bucket import Bucket
from resources.objects.store import Objects
from stand_ins.azure_blobs import ACCOUNT, KEY, AzureBlobs
from stand_ins.blobs import answering
from stand_ins.google_storage import GoogleStorage


@contextmanager
def azure(folder: Path) -> Iterator[Objects]:
    """The objects of a container of Azure's, below a prefix."""
    with answering(AzureBlobs()) as service:
        yield in_azure(service, folder)


@contextmanager
def google(folder: Path) -> Iterator[Objects]:
    """The objects of a bucket of Google's, below a prefix."""
    with answering(GoogleStorage()) as service:
        yield in_google(service.account(), folder)


def in_azure(service: AzureBlobs, folder: Path, key: str = KEY, name: str = "shots") -> Objects:
    said = _secret(folder, key)
    return Objects(Bucket(f"az://{name}/home", service.address, None, ACCOUNT, said), resolve_secret, HASTY)


def in_google(account: str, folder: Path, name: str = "shots") -> Objects:
    return Objects(Bucket(f"gs://{name}/home", secret=_secret(folder, account)), resolve_secret, HASTY)


def _secret(folder: Path, text: str) -> str:
    file = folder / "cloud.secret"
    file.write_text(text, "utf-8")
    return f"${{file:{file}}}"
