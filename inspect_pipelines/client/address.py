"""Where a server is: its address as people write it, refused where a token would be read on its way."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from inspect_pipelines.errors import UsageError

V1 = "/api/v1"
EXAMPLE = "https://qa.example.com"


@dataclass(frozen=True, slots=True)
class Address:
    """A server's, `https://host[:port][/prefix]`."""

    origin: str
    prefix: str  # of a proxy that shows it below a path; empty: none
    is_here: bool = False  # on this very machine

    def of(self, path: str) -> str:
        """The whole address of something below /api/v1."""
        return f"{self.origin}{self.prefix}{V1}{path}"

    def __str__(self) -> str:
        return f"{self.origin}{self.prefix}"


def server_address(text: str) -> Address:
    """The address that somebody wrote.

    Raises:
        UsageError: It is none, holds a password, or leads over clear HTTP to another machine.
    """
    written = text.strip()
    parts = urlsplit(written)
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if "@" in parts.netloc:
        raise UsageError(
            f"a server's address holds no name and password; write it like {EXAMPLE!r}, and a token beside it"
        )
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise UsageError(f"{written[:100]!r} is no address of a server; write it like {EXAMPLE!r}")
    if parts.scheme == "http" and not _is_loopback(host):
        raise UsageError(
            f"{written[:100]!r} leads over clear HTTP to another machine, where others could read the token and the server "
            f"would revoke it; write 'https://{parts.netloc}'"
        )
    name = f"[{host}]" if ":" in host else host
    prefix = parts.path.rstrip("/").removesuffix(V1)
    return Address(f"{parts.scheme}://{name}{f':{port}' if port else ''}", quote(prefix), _is_loopback(host))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
