"""Google's Cloud Storage (its XML API), as strict as its documentation about who has signed what; the emulators in the registries do not know it.

Requests carry a token that the service account has signed itself (RFC 7523, as Google takes it in place of an access token), links a V4
signature (cloud.google.com/storage/docs/authentication/signatures), and "only if it is not there" is generation 0.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from xml.sax.saxutils import escape

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from stand_ins.blobs import Answer, Asked, BlobService, Denied

EMAIL = "qa@shots.iam.gserviceaccount.com"
HOST = "storage.googleapis.com"  # that links are signed for, wherever the client sends its requests
SCOPES = {
    "https://www.googleapis.com/auth/cloud-platform",
    "https://www.googleapis.com/auth/devstorage.full_control",
}


class GoogleStorage(BlobService):
    def __init__(self) -> None:
        super().__init__()
        self._key = rsa.generate_private_key(65537, 2048)

    def account(self, key: rsa.RSAPrivateKey | None = None) -> str:
        """The JSON that Google gives for a service account, with this server's address; of another `key`, one that is not known here."""
        pem = (key or self._key).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return json.dumps(
            {
                "type": "service_account",
                "gcs_base_url": self.address,
                "client_email": EMAIL,
                "private_key": pem.decode(),
                "private_key_id": "k1",
            }
        )

    def check(self, asked: Asked) -> None:
        if "X-Goog-Signature" in asked.query:
            self._check_link(asked)
            return
        kind, _, token = asked.headers.get("authorization", "").partition(" ")
        pieces = token.split(".")
        if kind != "Bearer" or len(pieces) != 3:
            raise Denied(401, "AuthenticationRequired")
        self._verify(_decoded(pieces[2]), f"{pieces[0]}.{pieces[1]}", 401)
        head, claims = json.loads(_decoded(pieces[0])), json.loads(_decoded(pieces[1]))
        now = datetime.now(UTC).timestamp()
        if head["alg"] != "RS256" or not claims["iat"] - 300 <= now <= claims["exp"] <= now + 3600 + 300:
            raise Denied(401, "AuthenticationRequired")
        if claims["iss"] != EMAIL or claims.get("scope") not in SCOPES:
            raise Denied(403, "AccessDenied")

    def is_only_if_new(self, asked: Asked) -> bool:
        return asked.headers.get("x-goog-if-generation-match") == "0"

    def of_bucket(self, asked: Asked) -> Answer:
        if asked.query.get("list-type") != "2":
            raise Denied(400, "InvalidArgument")
        return super().of_bucket(asked)

    def listed(self, asked: Asked) -> bytes:
        found = "".join(
            f"<Contents><Key>{escape(name)}</Key><LastModified>{blob.stored_at.strftime('%Y-%m-%dT%H:%M:%S.%fZ')}</LastModified>"
            f'<ETag>"{blob.tag}"</ETag><Size>{len(blob.data)}</Size></Contents>'
            for name, blob in self.found(asked.query.get("prefix", ""))
        )
        return f"<?xml version='1.0'?><ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>".encode()

    def _check_link(self, asked: Asked) -> None:
        said = dict(asked.query)
        signature = said.pop("X-Goog-Signature")
        if said["X-Goog-Algorithm"] != "GOOG4-RSA-SHA256" or said["X-Goog-SignedHeaders"] != "host":
            raise Denied(403, "SignatureDoesNotMatch")
        query = "&".join(
            f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(said.items())
        )
        request = f"{asked.method}\n{asked.path}\n{query}\nhost:{HOST}\n\nhost\nUNSIGNED-PAYLOAD"
        email, _, scope = said["X-Goog-Credential"].partition("/")
        digest = hashlib.sha256(request.encode()).hexdigest()
        text = f"GOOG4-RSA-SHA256\n{said['X-Goog-Date']}\n{scope}\n{digest}"
        self._verify(bytes.fromhex(signature), text, 403)
        began = datetime.strptime(said["X-Goog-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if email != EMAIL or datetime.now(UTC) > began + timedelta(seconds=int(said["X-Goog-Expires"])):
            raise Denied(400, "ExpiredToken")

    def _verify(self, signature: bytes, text: str, status: int) -> None:
        try:
            self._key.public_key().verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            raise Denied(status, "SignatureDoesNotMatch") from None


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
