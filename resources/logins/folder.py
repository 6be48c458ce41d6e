"""Kept logins in a folder: a file each, encrypted (AES-256-GCM); locks are flock, which the kernel lets go of."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import sleep

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.kept_login import KeptLogin, ListedLogin, LoginKey, listed
from inspect_pipelines.errors import Unavailable, Unreadable
from inspect_pipelines.stored.serial import dump_json, load_json
from resources.disk.atomic import write_atomically
from resources.disk.lock import take_lock, waiting_for

KEY_BYTES, NONCE_BYTES = 32, 12
POLL_SECONDS = 0.1
SUFFIX = ".login"


@dataclass(frozen=True, slots=True)
class _Content:
    """What is encrypted of a file: the organisation too, so that a file cannot be given to another one."""

    org_id: OrgId
    kept: KeptLogin


class FolderLogins:
    """Under one home.

    Args:
        folder: Made when something is kept.
        key: A text of at least 32 characters that nobody can guess; None: 32 bytes of chance beside the files, made at first.
    """

    def __init__(self, folder: Path, key: str | None = None) -> None:
        self._folder = folder
        self._given = key

    def find(self, key: LoginKey) -> KeptLogin | None:
        content = self._read(self._path(key)) if self._folder.exists() else None
        return content.kept if content is not None and content.org_id == key.org_id else None

    def save(self, key: LoginKey, kept: KeptLogin) -> None:
        path = self._path(key)
        nonce = os.urandom(NONCE_BYTES)
        text = dump_json(_Content(key.org_id, kept)).encode()
        sealed = AESGCM(self._key("seal")).encrypt(nonce, text, path.name.encode())
        try:
            self._make()
            write_atomically(path, nonce + sealed)
        except OSError as error:
            raise Unavailable(
                f"a login could not be kept in {str(self._folder)!r}: {error.strerror}"
            ) from error

    @contextmanager
    def renewing(self, key: LoginKey, waits: Callable[[], None] = lambda: None) -> Iterator[None]:
        with self._held(self._path(key).with_suffix(".lock"), waits):
            yield

    def all(self, org_id: OrgId) -> list[ListedLogin]:
        found = [(path.stem, self._read(path)) for path in self._folder.glob(f"*{SUFFIX}")]
        own = [listed(name, each.kept) for name, each in found if each is not None and each.org_id == org_id]
        return sorted(own, key=lambda each: (each.name, each.origin, each.id))

    def forget(self, org_id: OrgId, login_id: str) -> bool:
        if not any(each.id == login_id for each in self.all(org_id)):
            return False
        with suppress(FileNotFoundError):  # somebody else was quicker
            (self._folder / f"{login_id}{SUFFIX}").unlink()
        return True

    def take_code(self, seed: str, step: int) -> bool:
        name = self._digest("code", seed)
        path = self._folder / f"{name}.step"
        with self._held(self._folder / f"{name}.lock", lambda: None):
            last = int(path.read_text(encoding="ascii") or 0) if path.exists() else -1
            if step <= last:
                return False
            write_atomically(path, str(step))
            return True

    @contextmanager
    def _held(self, path: Path, waits: Callable[[], None]) -> Iterator[None]:
        self._make()
        while (lock := take_lock(path)) is None:
            waits()
            sleep(POLL_SECONDS)
        try:
            yield
        finally:
            os.close(lock)

    def _read(self, path: Path) -> _Content | None:
        """None: it is gone, damaged, or sealed with another key; then one logs in anew."""
        try:
            data = path.read_bytes()
            text = AESGCM(self._key("seal")).decrypt(
                data[:NONCE_BYTES], data[NONCE_BYTES:], path.name.encode()
            )
            content: _Content = load_json(_Content, text.decode())
        except (OSError, InvalidTag, ValueError, Unreadable):
            return None
        return content

    def _path(self, key: LoginKey) -> Path:
        return self._folder / f"{self._digest('login', key.org_id, key.origin, key.fingerprint)}{SUFFIX}"

    def _digest(self, *parts: str) -> str:
        """A name that says nothing of its parts to who has not the key."""
        text = json.dumps(parts).encode()
        return hmac.new(self._key("name"), text, hashlib.sha256).hexdigest()[:32]

    def _key(self, use: str) -> bytes:
        whole = self._given.encode() if self._given is not None else self._own_key()
        return HKDF(SHA256(), KEY_BYTES, b"inspect-pipelines logins", use.encode()).derive(whole)

    def _own_key(self) -> bytes:
        path = self._folder / "key"
        if not path.exists():
            self._make()
            with waiting_for(self._folder / "key.lock"):
                if not path.exists():
                    write_atomically(path, secrets.token_bytes(KEY_BYTES))
        return path.read_bytes()

    def _make(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
