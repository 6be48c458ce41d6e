"""Ports, sockets and whether somebody answers there."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from inspect_pipelines.errors import Unavailable

PORTS_TO_TRY = 50
UI_PREFIX = "/dagster"  # of everything that Dagster's UI answers, below the web process's address
SOCKET_PATH_LIMIT_BYTES = 100  # the kernel's is 108, with the 0 at its end; our names differ by a number


class Address:
    """Where one of our servers listens; a taken port is stepped over, and said."""

    def __init__(self, what: str, port: int, host: str, say: Callable[[str], None]) -> None:
        self.what, self.port, self.host = what, port, host
        self._say = say

    @property
    def url(self) -> str:
        return url_of(self.host, self.port)

    def settle(self) -> int:
        """The port to start on now: the same as before whenever it is free."""
        port = free_port(self.port, host=self.host)
        if port != self.port:
            self._say(f"port {self.port} is taken; the {self.what} uses {port}")
            self.port = port
        return port


def url_of(host: str, port: int) -> str:
    """The address of an HTTP server."""
    return f"http://{bracketed(host)}:{port}"


def bracketed(host: str) -> str:
    """As it stands in an address and in a Host header."""
    return f"[{host}]" if ":" in host else host


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there; a name that does not resolve reaches nobody."""
    return all(ip_address(found[4][0]).is_loopback for found in _resolved(host))


def _resolved(host: str) -> list[Any]:
    try:
        return socket.getaddrinfo(host or None, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        return []


def free_port(first: int, *, host: str) -> int:
    """The first port from `first` on that can be bound.

    Raises:
        Unavailable: None of the next 50 can.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(first, min(first + PORTS_TO_TRY, 65536)):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise Unavailable(
        f"no free port from {first} to {first + PORTS_TO_TRY - 1} on {host!r}; stop something, "
        "or name another with --port"
    )


def answers(host: str, port: int, path: str, *, timeout_seconds: float = 2.0) -> bool:
    """Whether an HTTP server says anything there, be it that something ails it."""
    connection = HTTPConnection(
        host, port, timeout=timeout_seconds
    )  # httpx costs 30 ms a client: certificates
    try:
        connection.request("GET", path)
        connection.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def accepts(path: Path) -> bool:
    """Whether a server listens on a unix socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(1.0)
        try:
            client.connect(str(path))
        except OSError:
            return False
        return True


def ui_socket(home: Path) -> Path:
    """Where Dagster's own server listens for our door and our commands."""
    return socket_folder(home) / "ui.sock"


def socket_folder(home: Path) -> Path:
    """Where the sockets of a home lie: INSPECT_HOME/run, or a private folder when that path is too long for one.

    Who only looks makes no folder: until `up` has made the private one, nobody listens in either.

    Raises:
        Unavailable: Somebody else owns the private folder.
    """
    folder = _private(home)
    if folder is None:
        return home / "run"
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return home / "run"
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise Unavailable(f"{str(folder)!r} is not a private folder of this user; remove it, or set TMPDIR")
    return folder


def make_socket_folder(home: Path) -> Path:
    """The same for who is going to listen there.

    Raises:
        Unavailable: Somebody else owns the private folder.
    """
    if folder := _private(home):
        folder.mkdir(mode=0o700, exist_ok=True)
    return socket_folder(home)


def remove_socket_folder(home: Path) -> None:
    """Remove the private folder once nobody listens any more; one in INSPECT_HOME stays with it."""
    if folder := _private(home):
        shutil.rmtree(folder, ignore_errors=True)


def _private(home: Path) -> Path | None:
    """Where a home too deep for sockets has them; None: it is not."""
    if len(os.fsencode(home / "run" / "code-99999.sock")) <= SOCKET_PATH_LIMIT_BYTES:
        return None
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"inspect-{os.getuid()}-{name}"
