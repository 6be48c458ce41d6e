"""Objects in a bucket, through obstore: its client retries within bounds, and what it says becomes our sentences."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from inspect_pipelines.errors import InspectError, Refused, SetupMissing, Unavailable
from resources.objects.bucket import WHO, Bucket

if TYPE_CHECKING:
    from obstore.store import ObjectStore

CODE = re.compile(r"<Code>(\w{1,64})</Code>")
STATUS = re.compile(r"status code: (\d{3}[A-Za-z -]*)")
NO_BUCKET = ("NoSuchBucket", "ContainerNotFound")  # S3 and Google; Azure
SKEWED = ("RequestTimeTooSkewed", "RequestExpired")
MOST_SECONDS = 60 * 60 * 24 * 7  # of a link; S3 signs for no longer


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a request may take, and how often it is sent again: for 5xx, 429 and lost connections, never for a refusal."""

    request_seconds: float = 20.0
    connect_seconds: float = 5.0
    retries: int = 3
    retry_seconds: float = 30.0  # no retry begins later than so long after the first try


@dataclass(frozen=True, slots=True)
class Meta:
    """Of one object, as the storage says."""

    path: str
    size_bytes: int
    stored_at: datetime  # UTC, by the storage's clock
    tag: str  # an MD5 with S3 as a rule; "" where there is none


class Objects:
    """One bucket's objects below its prefix; safe for many processes and machines at once. Nothing is opened before the first use.

    Every method raises Unavailable where another try may help (slow, busy, out of reach) and Refused where a person has to
    change something (key, policy, clock, no such bucket).
    """

    _runs_in: int | None = None  # the process whose threads carry the requests of all buckets

    def __init__(
        self, bucket: Bucket, resolve: Callable[[str], str], patience: Patience | None = None
    ) -> None:
        self.bucket = bucket
        self._resolve = resolve
        self._patience = patience or Patience()
        self._opened: ObjectStore | None = None

    def url(self, path: str) -> str:
        """Its address, for people and the provider's own tools."""
        return f"{self.bucket.url}/{path}"

    def create(self, path: str, data: bytes) -> bool:
        """Store it if nothing is there, which the storage decides; whether it was stored."""
        from obstore.exceptions import AlreadyExistsError

        with self._told(f"{path!r} cannot be stored") as store:
            try:
                store.put(path, data, mode="create")
            except AlreadyExistsError:
                return False
            except FileNotFoundError as error:
                raise self._no_bucket() from error
        return True

    def replace(self, path: str, data: bytes) -> None:
        """Store it, whatever is there."""
        with self._told(f"{path!r} cannot be stored") as store:
            try:
                store.put(path, data)
            except FileNotFoundError as error:
                raise self._no_bucket() from error

    def get(self, path: str) -> bytes | None:
        """Its bytes; None: there is no such object."""
        with self._told(f"{path!r} cannot be read") as store:
            try:
                return bytes(store.get(path).bytes())
            except FileNotFoundError as error:
                self._check_bucket(error)
                return None

    def first_bytes(self, path: str, count: int) -> bytes | None:
        """The first of its bytes, at most `count`; None: there is no such object."""
        with self._told(f"{path!r} cannot be read") as store:
            try:
                return bytes(store.get_range(path, start=0, length=count))
            except FileNotFoundError as error:
                self._check_bucket(error)
                return None

    def head(self, path: str) -> Meta | None:
        """What is known without reading it; None: there is no such object."""
        with self._told(f"{path!r} cannot be looked for") as store:
            try:
                return _meta(store.head(path))
            except FileNotFoundError:
                return None

    def delete(self, *paths: str) -> None:
        """Delete them; what is not there is no mistake."""
        with self._told(f"{paths[0] if paths else ''!r} cannot be deleted") as store:
            for path in paths:
                try:
                    store.delete(path)
                except FileNotFoundError:
                    continue

    def below(self, folder: str) -> Iterator[Meta]:
        """Every object whose path begins with `folder/`; all of the bucket's for an empty one."""
        with self._told("the objects cannot be listed") as store:
            for chunk in store.list(folder or None):
                for each in chunk:
                    yield _meta(each)

    def link(self, path: str, *, seconds: int) -> str:
        """An address that opens without a key until then; signed here, so the storage is not asked whether it is there.

        Raises:
            Refused: No storage signs for so long, or for no time at all.
        """
        if not 1 <= seconds <= MOST_SECONDS:
            raise Refused(f"a link for {seconds} s cannot be signed; at least 1 s, at most {MOST_SECONDS} s")
        from obstore import sign

        with self._told(f"a link to {path!r} cannot be signed") as store:
            signed: str = sign(store, "GET", path, timedelta(seconds=seconds))
            return signed

    @contextmanager
    def _told(self, what: str) -> Iterator[Any]:
        store = self._store()
        from obstore.exceptions import BaseError

        try:
            yield store
        except InspectError:
            raise
        except (BaseError, OSError, ValueError) as error:
            raise self._sentence(what, error) from error

    def _store(self) -> ObjectStore:
        pid = os.getpid()
        if Objects._runs_in not in (None, pid):
            # Its threads are not there in a child that was forked afterwards: a request would hang for ever.
            raise Unavailable(
                f"the bucket {self.bucket.url!r} was asked by a process before this one was forked from it; start this one anew"
            )
        if self._opened is None:
            self._opened = _opened(self.bucket, self._resolve, self._patience)
        Objects._runs_in = pid
        return self._opened

    def _check_bucket(self, error: FileNotFoundError) -> None:
        if any(code in str(error) for code in NO_BUCKET):
            raise self._no_bucket() from error

    def _no_bucket(self) -> Refused:
        return Refused(
            f"the bucket of {self.bucket.url!r} does not exist; make it, or correct INSPECT_GALLERY"
        )

    def _sentence(self, what: str, error: Exception) -> InspectError:
        from obstore import exceptions

        text = str(error)
        code = CODE.search(text)
        said = code.group(1) if code else ""
        where = f"{what} in {self.bucket.url!r}"
        if said in SKEWED:
            return Refused(
                f"{where}: the clocks of this machine and the storage differ too much ({said}); set this one"
            )
        if said in NO_BUCKET:
            return self._no_bucket()
        if isinstance(error, exceptions.PermissionDeniedError | exceptions.UnauthenticatedError):
            return Refused(
                f"{where}: the storage refuses it ({said or 'without a reason'}); check INSPECT_GALLERY_KEY, INSPECT_GALLERY_SECRET, "
                "the bucket's policy and this machine's clock"
            )
        status = STATUS.search(text)
        why = said or (status.group(1).strip() if status else "") or _reason(text)
        return Unavailable(f"{where}: {why}; nothing was lost, try again when the storage answers")


def _opened(bucket: Bucket, resolve: Callable[[str], str], patience: Patience) -> ObjectStore:
    try:
        from obstore.store import from_url
    except ImportError as error:
        raise SetupMissing(
            f"{bucket.url!r} needs obstore, which is not installed; install it with: pip install 'inspect-pipelines[objects]'"
        ) from error
    given = _credentials(bucket, resolve)
    given |= {"endpoint": bucket.endpoint} if bucket.endpoint else {}
    given |= {"region": bucket.region} if bucket.region else {}
    options = {
        "timeout": f"{patience.request_seconds:g}s",
        "connect_timeout": f"{patience.connect_seconds:g}s",
        "allow_http": (bucket.endpoint or _address_in(given)).startswith("http://"),
    }
    retries = {
        "max_retries": patience.retries,
        "retry_timeout": timedelta(seconds=patience.retry_seconds),
        "backoff": {
            "init_backoff": timedelta(milliseconds=100),
            "max_backoff": timedelta(seconds=5),
            "base": 2,
        },
    }
    return from_url(bucket.url, config=given, client_options=options, retry_config=retries)  # type: ignore[call-overload, no-any-return]


def _credentials(bucket: Bucket, resolve: Callable[[str], str]) -> dict[str, str]:
    if bucket.secret is None:
        return {}
    if bucket.kind == "gs":
        return {"service_account_key": resolve(bucket.secret)}
    name, secret = WHO[bucket.kind]
    return {name: bucket.key or "", secret: resolve(bucket.secret)}


def _address_in(given: Mapping[str, str]) -> str:
    """Of a storage that is not Google's own, which the service account's JSON says; otherwise ""."""
    with suppress(ValueError, AttributeError):
        return str(json.loads(given.get("service_account_key", "")).get("gcs_base_url", ""))
    return ""


def _meta(found: Mapping[str, Any]) -> Meta:
    return Meta(found["path"], found["size"], found["last_modified"], (found["e_tag"] or "").strip('"'))


def _reason(text: str) -> str:
    """The first line without the client's own debugging, as short as a sentence."""
    return " ".join(text.partition("Debug source")[0].split())[-200:]
