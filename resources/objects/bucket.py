"""Where objects are kept elsewhere: `s3://bucket/prefix`, `gs://..` or `az://..`, and as whom it is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from inspect_pipelines.errors import UsageError

KINDS = {"s3": "S3", "gs": "Google Cloud Storage", "az": "Azure Blob Storage"}
WHO = {"s3": ("access_key_id", "secret_access_key"), "az": ("account_name", "account_key")}
SAID = "INSPECT_GALLERY"


@dataclass(frozen=True, slots=True)
class Bucket:
    """Of one provider; what is not said is what the provider's own variables say (`AWS_..`, `GOOGLE_..`, `AZURE_..`)."""

    url: str  # without a slash at its end
    endpoint: str | None = None  # of an S3-compatible server, or of Azure where it is not the public one
    region: str | None = None  # of S3
    key: str | None = None  # the id of a key; an account with Azure
    secret: str | None = field(default=None, repr=False)  # a reference, never the secret

    @property
    def kind(self) -> str:
        return self.url.partition(":")[0]

    @property
    def name(self) -> str:
        return urlsplit(self.url).netloc


def place_of(
    address: str, *, endpoint: str | None, region: str | None, key: str | None, secret: str | None
) -> Bucket | Path:
    """A bucket, or a folder for `file:///path`.

    Args:
        secret: As a reference, `${env:NAME}` or `${file:/path}`.

    Raises:
        UsageError: It is no such address, or what is said beside it does not fit.
    """
    parts = urlsplit(address)
    if "@" in parts.netloc:  # not quoted: what stands before it is a secret
        raise UsageError(
            f"{SAID} holds a user name or a password; leave it out and say {SAID}_KEY and {SAID}_SECRET"
        )
    if parts.scheme == "file":
        if parts.netloc or not parts.path.startswith("/"):
            raise UsageError(f"{SAID} {address!r} names no folder; write file:///path, with three slashes")
        return Path(unquote(parts.path))
    if parts.scheme not in KINDS:
        raise UsageError(
            f"{SAID} {address!r} is no address of a gallery; write s3://bucket/prefix, gs://bucket/prefix, "
            "az://container/prefix or file:///path, or unset it for the folder in INSPECT_HOME"
        )
    if not parts.netloc or parts.query or parts.fragment:
        raise UsageError(
            f"{SAID} {address!r} names no bucket; write {parts.scheme}://bucket/prefix, and nothing behind it"
        )
    if any(piece in ("", ".", "..") for piece in parts.path.strip("/").split("/") if parts.path.strip("/")):
        raise UsageError(f"{SAID} {address!r} has an empty or dotted piece in its prefix; write it without")
    _check_beside(parts.scheme, endpoint=endpoint, region=region, key=key, secret=secret)
    return Bucket(address.rstrip("/"), endpoint, region, key, secret)


def _check_beside(
    kind: str, *, endpoint: str | None, region: str | None, key: str | None, secret: str | None
) -> None:
    if kind == "gs" and endpoint:
        raise UsageError(
            f"{SAID}_ENDPOINT has no meaning with gs://; unset it, and say another address in the service account's JSON (gcs_base_url)"
        )
    if kind != "s3" and region:
        raise UsageError(f"{SAID}_REGION is of s3:// only, and {SAID} is {kind}://; unset it")
    if kind == "gs":
        if key:
            raise UsageError(
                f"{SAID}_KEY has no meaning with gs://; say a service account's JSON in {SAID}_SECRET alone"
            )
    elif bool(key) != bool(secret):
        lacking = f"{SAID}_SECRET" if key else f"{SAID}_KEY"
        raise UsageError(f"who asks the bucket of {SAID} is said in part only; set {lacking} too, or neither")
