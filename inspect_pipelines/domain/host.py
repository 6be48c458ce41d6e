"""Hosts: as people write them, as browsers name them, and which ones a pattern means."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import idna

from inspect_pipelines.errors import UsageError

WEB_PORTS = {"http": 80, "https": 443}
NAME = re.compile(r"[a-z0-9_*?](?:[a-z0-9_.*?-]{0,251}[a-z0-9_*?])?")
ADDRESS = re.compile(r"[0-9a-f:.*?]+")
EXAMPLES = "write 'app.acme.com', '*.acme.com', 'localhost:8000' or '[::1]:8000'"


@dataclass(frozen=True, slots=True)
class HostPattern:
    """A host or a glob of hosts, on one port or on any."""

    name: str  # canonical
    port: int | None = None

    def matches(self, name: str, port: int | None) -> bool:
        """Whether it means a canonical name at a port."""
        return (self.port is None or self.port == port) and fnmatchcase(name, self.name)


def host_pattern(text: str) -> HostPattern:
    """The pattern that is written: `*.acme.com`, `localhost:8000`, `münchen.example`, `[::1]:8000`, `::1`.

    Raises:
        UsageError: It is none.
    """
    name, port = _parted(text.strip())
    canonical = canonical_host(name)
    is_number = not port or (port.isascii() and port.isdigit() and 0 < int(port) < 65536)
    if not is_number or not (ADDRESS if ":" in canonical else NAME).fullmatch(canonical):
        raise UsageError(f"{text!r} is not a host; {EXAMPLES}")
    return HostPattern(canonical, int(port) if port else None)


def host_matches(name: str, port: int | None, patterns: Iterable[str]) -> bool:
    """Whether one of these patterns means a host; what is no pattern means none, and nothing means no host."""
    canonical = canonical_host(name)
    if not canonical:
        return False
    for text in patterns:
        try:
            if host_pattern(text).matches(canonical, port):
                return True
        except UsageError:
            continue
    return False


def canonical_host(name: str) -> str:
    """The one spelling that browsers use: lower case, letters beyond ASCII in punycode, IPv6 at its shortest, no brackets."""
    bare = name.strip().removeprefix("[").removesuffix("]").lower()
    try:
        return str(ip_address(bare))
    except ValueError:
        return bare if bare.isascii() else ".".join(map(_in_punycode, bare.split(".")))


def host_of(url: str) -> str:
    """The host of a URL as it is written, in lower case, with its port where one is; empty when it names none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    name = bracketed(parts)
    return f"{name}:{port}" if port is not None and name else name


def place_of(url: str) -> tuple[str, int]:
    """The canonical host of a URL, and its port; (empty, 0) where it names none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "", 0
    name = canonical_host(parts.hostname or "")
    return (name, port or WEB_PORTS.get(parts.scheme, 0)) if name else ("", 0)


def bracketed(parts: SplitResult) -> str:
    """The host as it stands in a URL, in lower case."""
    name = parts.hostname or ""
    return f"[{name}]" if ":" in name else name


def _parted(text: str) -> tuple[str, str]:
    """Name and port of a pattern; a bare IPv6 address has none."""
    if text.startswith("["):
        name, closed, port = text.partition("]")
        return (name, port.removeprefix(":")) if closed and port[:1] in ("", ":") else ("", "")
    if text.count(":") > 1:
        return text, ""
    name, _, port = text.partition(":")
    return name, port


def _in_punycode(label: str) -> str:
    """A part of a name as browsers write it; one that cannot be written so stays, and matches nothing."""
    try:
        return label if label.isascii() else idna.encode(label, uts46=True).decode("ascii")
    except idna.IDNAError:
        return label
