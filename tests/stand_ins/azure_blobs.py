"""Azure's blob service, as strict as its documentation about who has signed what; for no server of Microsoft's is in any package registry of ours.

Requests are signed with a shared key, links with a shared access signature of the service, deletions come in batches: see "Authorize with
Shared Key", "Create a service SAS" (version 2020-12-06 and later), "Blob batch" and "Specifying conditional headers" at learn.microsoft.com.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from stand_ins.blobs import HTTP_DATE, Answer, Asked, BlobService, Denied

ACCOUNT = "qaacc"
KEY = base64.b64encode(b"a key that is thirty-two bytes l").decode()
VERSION = "2023-11-03"
SIGNED = (
    *("content-encoding", "content-language", "content-length", "content-md5", "content-type", "date"),
    *("if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range"),
)
MOST_SKEW = timedelta(minutes=15)


class AzureBlobs(BlobService):
    root = f"/{ACCOUNT}"  # where the account is not in the host's name
    missing_bucket = "ContainerNotFound"
    missing_object = "BlobNotFound"
    there_already = (409, "BlobAlreadyExists")

    def check(self, asked: Asked) -> None:
        if "sig" in asked.query:
            _check_link(asked)
            return
        if asked.headers.get("x-ms-version") != VERSION:
            raise Denied(400, "UnsupportedHeader")
        said = _moment(asked.headers.get("date", ""), HTTP_DATE)
        if abs(datetime.now(UTC) - said) > MOST_SKEW:
            raise Denied(403, "AuthenticationFailed")
        own = sorted(
            (name, value.strip()) for name, value in asked.headers.items() if name.startswith("x-ms-")
        )
        fields = [asked.headers.get(name, "") for name in SIGNED]
        fields[2] = "" if fields[2] == "0" else fields[2]
        resource = f"/{ACCOUNT}{asked.path}" + "".join(
            f"\n{name}:{value}" for name, value in sorted(asked.query.items())
        )
        text = "\n".join([asked.method, *fields, *(f"{name}:{value}" for name, value in own), resource])
        _compare(f"SharedKey {ACCOUNT}:{_signature(text)}", asked.headers.get("authorization", ""))
        if asked.method == "PUT" and asked.headers.get("x-ms-blob-type") != "BlockBlob":
            raise Denied(400, "MissingRequiredHeader")

    def is_only_if_new(self, asked: Asked) -> bool:
        return asked.headers.get("if-none-match") == "*"

    def listed(self, asked: Asked) -> bytes:
        if (asked.query.get("restype"), asked.query.get("comp")) != ("container", "list"):
            raise Denied(400, "InvalidQueryParameterValue")
        blobs = "".join(
            f"<Blob><Name>{escape(name)}</Name><Properties>"
            f"<Last-Modified>{blob.stored_at.strftime(HTTP_DATE)}</Last-Modified><Etag>{blob.tag}</Etag>"
            f"<Content-Length>{len(blob.data)}</Content-Length><Content-Type>application/octet-stream</Content-Type>"
            "</Properties></Blob>"
            for name, blob in self.found(asked.query.get("prefix", ""))
        )
        return f"<?xml version='1.0'?><EnumerationResults><Blobs>{blobs}</Blobs><NextMarker/></EnumerationResults>".encode()

    def of_bucket(self, asked: Asked) -> Answer:
        if (asked.method, asked.query.get("comp")) != ("POST", "batch"):
            return super().of_bucket(asked)
        boundary = asked.headers["content-type"].partition("boundary=")[2]
        parts = asked.body.decode().split(f"--{boundary}")[1:-1]
        answers = "".join(f"--batchresponse\r\n{self._one_of_many(part)}" for part in parts)
        kind = {"Content-Type": "multipart/mixed; boundary=batchresponse"}
        return 202, f"{answers}--batchresponse--\r\n".encode(), kind

    def _one_of_many(self, part: str) -> str:
        about, request = part.strip("\r\n").split("\r\n\r\n", 1)
        number = about.partition("Content-ID: ")[2].split("\r\n")[0]
        line, *lines = request.strip("\r\n").split("\r\n")
        method, target, _ = line.split(" ")
        headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in lines)}
        # Each is signed by itself; the version is the batch's own, and the one that it says is signed with it.
        asked = Asked(method, urlsplit(target).path, self.root, {}, headers, b"")
        try:
            self.check(asked)
            status, code = self.deleted(asked.name)[0], ""
        except Denied as denied:
            status, code = denied.args
        status = 202 if status == 204 else status
        error = f"x-ms-error-code: {code}\r\n" if code else ""
        return (
            f"Content-Type: application/http\r\nContent-ID: {number}\r\n\r\n"
            f"HTTP/1.1 {status} told\r\n{error}Content-Length: 0\r\n\r\n"
        )


def _check_link(asked: Asked) -> None:
    get = asked.query.get
    if asked.method not in ("GET", "HEAD") or get("sp") != "r" or get("sr") != "b":
        raise Denied(403, "AuthorizationPermissionMismatch")
    since, until = (_moment(get(name, ""), "%Y-%m-%dT%H:%M:%SZ") for name in ("st", "se"))
    fields = [get("sp", ""), get("st", ""), get("se", ""), f"/blob{asked.path}"]
    fields += ["", "", get("spr", ""), get("sv", ""), get("sr", ""), "", "", "", "", "", "", ""]
    _compare(_signature("\n".join(fields)), get("sig", ""))
    if not since <= datetime.now(UTC) <= until:
        raise Denied(403, "AuthenticationFailed")


def _signature(text: str) -> str:
    made = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(made).decode()


def _compare(wanted: str, said: str) -> None:
    if not hmac.compare_digest(wanted.encode(), said.encode()):
        raise Denied(403, "AuthenticationFailed")


def _moment(text: str, form: str) -> datetime:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        raise Denied(403, "AuthenticationFailed") from None
