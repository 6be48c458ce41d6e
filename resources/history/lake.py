"""Where a history is a lake: a DuckLake, whose catalogue is in PostgreSQL and whose Parquet files lie in a folder or a bucket."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from inspect_pipelines.errors import UsageError

KIND = "ducklake:postgres:"
SCHEMA = "inspect_history"  # of the catalogue's tables, so that the ledger's database may have them, too
SAID = "INSPECT_HISTORY"
EXAMPLE = "ducklake:postgres:dbname=history host=db.internal user=inspect"
PAIR = re.compile(r"\s*(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|[^\s']+)\s*")


@dataclass(frozen=True, slots=True)
class Lake:
    """What it takes to attach one; what its catalogue's address does not say, libpq's variables and files say (PGHOST, ~/.pgpass)."""

    catalogue: str  # libpq's keywords, without a password
    data: str  # a folder, absolute, or s3://bucket/prefix; it ends with a slash
    password: str | None = field(default=None, repr=False)
    endpoint: str | None = None  # of an S3-compatible server
    region: str | None = None
    key: str | None = None
    secret: str | None = field(default=None, repr=False)  # the secret itself

    @property
    def address(self) -> str:
        """As `INSPECT_HISTORY` says it, without its password."""
        return f"{KIND}{self.catalogue}"

    @property
    def is_in_bucket(self) -> bool:
        return self.data.startswith("s3://")

    def __str__(self) -> str:
        return f"{self.address} ({self.data})"


def is_lake(address: str | None) -> bool:
    """Whether a setting means one: what it says may be a password, so it is looked at here only."""
    return address is not None and address.startswith("ducklake:")


def lake_of(
    address: str,
    data: str | None,
    *,
    endpoint: str | None = None,
    region: str | None = None,
    key: str | None = None,
    secret: str | None = None,
) -> Lake:
    """The lake of `ducklake:postgres:dbname=.. host=..`, or of a `postgresql://` address behind those words.

    Args:
        address: What INSPECT_HISTORY says; never quoted in an error, since it may hold a password.
        data: A folder, or s3://bucket/prefix.
        endpoint: As of the gallery, and all that follow.
        region: Of the bucket.
        key: The id of its access key.
        secret: The key's secret itself.

    Raises:
        UsageError: They say no lake.
    """
    if not address.startswith(KIND):
        raise UsageError(f"{SAID} names no history; write {EXAMPLE}, or unset it for a file in INSPECT_HOME")
    words = address.removeprefix(KIND).strip()
    told = _of_url(words) if words.startswith(("postgres://", "postgresql://")) else _of_keywords(words)
    if not told.get("dbname"):
        raise UsageError(f"{SAID} names no database; write it as dbname=.., for example {EXAMPLE}")
    password = told.pop("password", None)
    catalogue = " ".join(f"{name}={_quoted(value)}" for name, value in told.items())
    return Lake(catalogue, _data(data, key, secret), password, endpoint, region, key, secret)


def _data(data: str | None, key: str | None, secret: str | None) -> str:
    if data is None:
        raise UsageError(
            f"{SAID} is a lake, and nobody says where its files are; say {SAID}_DATA: a folder that each machine "
            "sees under this name, or s3://bucket/prefix"
        )
    scheme, is_address, rest = data.partition("://")
    if not is_address:
        folder = Path(data)
        if not folder.is_absolute():
            raise UsageError(f"{SAID}_DATA {data!r} is no absolute path; each machine must find the same one")
        return f"{folder}/"
    if scheme != "s3" or not rest.strip("/"):
        raise UsageError(
            f"{SAID}_DATA {data!r} is neither a folder nor s3://bucket/prefix; write one of them"
        )
    if "@" in rest.partition("/")[0]:  # not quoted: what stands before it is a secret
        raise UsageError(f"{SAID}_DATA holds a user name or a password; say {SAID}_KEY and {SAID}_SECRET")
    if not (key and secret):
        raise UsageError(f"nobody says as whom {data!r} is asked; say {SAID}_KEY and {SAID}_SECRET")
    return f"{data.rstrip('/')}/"


def _of_keywords(words: str) -> dict[str, str]:
    told: dict[str, str] = {}
    at = 0
    while at < len(words):
        found = PAIR.match(words, at)
        if found is None:
            raise UsageError(f"{SAID} is not written as libpq's keywords; write {EXAMPLE}")
        value = found[2]
        told[found[1]] = re.sub(r"\\(.)", r"\1", value[1:-1] if value.startswith("'") else value)
        at = found.end()
    return told


def _of_url(words: str) -> dict[str, str]:
    try:
        parts = urlsplit(words)
        told = {
            "host": unquote(parts.hostname or ""),
            "port": str(parts.port or ""),
            "user": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "dbname": unquote(parts.path.lstrip("/")),
            **dict(parse_qsl(parts.query)),
        }
    except ValueError as error:
        raise UsageError(f"{SAID} holds an address that cannot be read; write {EXAMPLE}") from error
    return {name: value for name, value in told.items() if value}


def _quoted(value: str) -> str:
    if re.fullmatch(r"[\w./:@%+-]+", value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
