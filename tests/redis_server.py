"""A real Redis server for tests: on an address of its own, nothing on disk, gone afterwards."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
import trustme

from object_storage import own_address, own_ports
from patience import until

INSTALL = "tests of the broker need Redis's server; install it with: apt-get install redis-server"
PASSWORD = "qa/secret"


@dataclass
class RedisServer:
    """One that can be stopped and started again, empty then."""

    address: str
    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    certificate: trustme.LeafCert | None = None  # None: it is spoken to in plain text

    @property
    def url(self) -> str:
        scheme = "rediss" if self.certificate else "redis"
        return f"{scheme}://:{PASSWORD.replace('/', '%2F')}@{self.address}:{self.port}/0"

    @property
    def client(self) -> redis.Redis:
        tls: dict[str, Any] = {"ssl": True, "ssl_cert_reqs": "none"} if self.certificate else {}
        return redis.Redis(self.address, self.port, password=PASSWORD, **tls)

    @property
    def is_up(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program, INSTALL
        flags = ["--bind", self.address, "--requirepass", PASSWORD, *self._port_flags()]
        self.process = subprocess.Popen(
            [program, *flags, "--save", "", "--appendonly", "no", "--dir", str(self.folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        until(self.answers)

    def stop(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def _port_flags(self) -> list[str]:
        if self.certificate is None:
            return ["--port", str(self.port)]
        key = self.folder / "redis.pem"
        self.certificate.private_key_and_cert_chain_pem.write_to_path(key)
        files = ["--tls-cert-file", str(key), "--tls-key-file", str(key), "--tls-auth-clients", "no"]
        return ["--port", "0", "--tls-port", str(self.port), *files]

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, "it ended at once"
        try:
            return bool(self.client.ping())
        except redis.ConnectionError:
            return False


@contextmanager
def a_redis_server(folder: Path, certificate: trustme.LeafCert | None = None) -> Iterator[RedisServer]:
    """Started; its address is this process's own, so no port has to be found free."""
    with own_ports() as ports:
        server = RedisServer(own_address(), ports[0], folder, certificate=certificate)
        server.start()
        try:
            yield server
        finally:
            server.stop()
