"""The seal as a file: an Ed25519 key of its own a home, for nobody but its owner to read."""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from inspect_pipelines.domain.bundle import fingerprint
from inspect_pipelines.errors import Unavailable, Unreadable
from resources.disk.atomic import write_atomically
from resources.disk.lock import waiting_for


class FileSeal:
    """`ports.Seal` over `evidence.key` in a folder, which is made at first."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "evidence.key"

    def public(self) -> bytes:
        return (
            self._key()
            .public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )

    def fingerprint(self) -> str | None:
        return fingerprint(self.public()) if self._path.exists() else None

    def sign(self, data: bytes) -> bytes:
        return self._key().sign(data)

    def is_signed(self, data: bytes, signature: bytes, public: bytes) -> bool:
        try:
            key = serialization.load_pem_public_key(public)
            if not isinstance(key, Ed25519PublicKey):
                return False
            key.verify(signature, data)
        except (InvalidSignature, ValueError, UnsupportedAlgorithm):
            return False
        return True

    def _key(self) -> Ed25519PrivateKey:
        try:
            if not self._path.exists():
                self._make()
            found = serialization.load_pem_private_key(self._path.read_bytes(), password=None)
        except OSError as error:
            raise Unavailable(
                f"the key {str(self._path)!r} cannot be made or read: {error.strerror}"
            ) from error
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise self._damaged() from error
        if not isinstance(found, Ed25519PrivateKey):
            raise self._damaged()
        return found

    def _make(self) -> None:
        """Once, also when several processes ask for it at the same time."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with waiting_for(self._path.with_name(".lock")):
            if not self._path.exists():
                pem = Ed25519PrivateKey.generate().private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
                write_atomically(self._path, pem, mode=0o600)

    def _damaged(self) -> Unreadable:
        return Unreadable(
            f"the key {str(self._path)!r} is no Ed25519 key; put it back from a backup, or move it away: a new one is "
            "made then, and whoever checks needs its public part"
        )
