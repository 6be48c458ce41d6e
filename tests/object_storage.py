"""A real S3 server for tests, SeaweedFS: on an address of its own, in a folder of its own, gone afterwards."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from inspect_pipelines.config.settings import resolve_secret
from patience import until
from resources.objects.bucket import Bucket
from resources.objects.store import Objects, Patience

BUCKET = "pictures"
KEY, SECRET = "qa-key", "qa-secret"
READER_KEY, READER_SECRET = "reader-key", "reader-secret"  # may read and list, not write
HASTY = Patience(request_seconds=5, connect_seconds=2, retries=1, retry_seconds=2)
FIRST_PORT, LAST_PORT, PORTS = 21_000, 29_000, 10  # below those that connections begin from
SOCKETS = Path("/tmp")
IDENTITIES = {
    "identities": [
        {
            "name": "qa",
            "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "Write", "List"],
        },
        {
            "name": "reader",
            "credentials": [{"accessKey": READER_KEY, "secretKey": READER_SECRET}],
            "actions": ["Read", "List"],
        },
    ]
}


@dataclass(frozen=True)
class ObjectServer:
    endpoint: str
    folder: Path  # where secrets are, as files

    def bucket(self, prefix: str, key: str = KEY, secret: str = SECRET, name: str = BUCKET) -> Bucket:
        file = self.folder / f"{secret}.secret"
        file.write_text(secret, "utf-8")
        return Bucket(f"s3://{name}/{prefix}", self.endpoint, "us-east-1", key, f"${{file:{file}}}")

    def objects(
        self,
        prefix: str,
        key: str = KEY,
        secret: str = SECRET,
        name: str = BUCKET,
        patience: Patience = HASTY,
    ) -> Objects:
        return Objects(self.bucket(prefix, key, secret, name), resolve_secret, patience)


@contextmanager
def an_object_server() -> Iterator[ObjectServer]:
    """Start one and yield it once it takes objects.

    Its address is this process's own: nobody else listens there, so no port has to be found free.
    """
    with own_ports() as ports:
        yield from _serving(own_address(), ports)


def _serving(address: str, ports: range) -> Iterator[ObjectServer]:
    folder = Path(tempfile.mkdtemp(prefix="weed-"))
    (folder / "s3.json").write_text(json.dumps(IDENTITIES), "utf-8")
    flags = [
        f"-{name}={port}"
        for port, name in zip(
            ports,
            (
                "s3.port",
                "s3.port.grpc",
                "s3.port.iceberg",
                "s3.port.lance",
                "master.port",
                "master.port.grpc",
                "volume.port",
                "volume.port.grpc",
                "filer.port",
                "filer.port.grpc",
            ),
            strict=True,
        )
    ]
    (folder / "data").mkdir()
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [
                Path(sys.executable).with_name("weed"),
                "server",
                "-s3",
                "-filer",
                f"-dir={folder / 'data'}",
                f"-ip={address}",
                f"-ip.bind={address}",
                "-master.telemetry=false",
                "-volume.max=20",
                f"-s3.config={folder / 's3.json'}",
                *flags,
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", ""), "HOME": str(folder)},
        )
    try:
        until(lambda: server.poll() is not None or _takes(address, ports[0], folder), 120)
        assert server.poll() is None, (folder / "log").read_text("utf-8", "replace")[-3000:]
        yield ObjectServer(f"http://{address}:{ports[0]}", folder)
    finally:
        server.kill()  # it would take ten seconds to stop
        server.wait()
        for port in ports:
            for left in SOCKETS.glob(f"seaweedfs-*-{port}.sock"):
                left.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def own_ports() -> Iterator[range]:
    """Numbers that no other process of these tests uses: the server's parts also meet at sockets in /tmp that are named by port alone.

    An abstract socket's name holds them, since it goes with its process.
    """
    for first in range(FIRST_PORT, LAST_PORT, PORTS):
        held = socket.socket(socket.AF_UNIX)
        try:
            held.bind(f"\0object-storage-of-tests-{first}")
        except OSError:
            held.close()
            continue
        with held:
            yield range(first, first + PORTS)
        return
    raise AssertionError("every port for object servers is taken")


def own_address() -> str:
    """A loopback address that no other living process makes for itself."""
    pid = os.getpid()
    return f"127.{64 + (pid >> 16) % 128}.{(pid >> 8) % 256}.{pid % 256}"


def _takes(address: str, port: int, folder: Path) -> bool:
    """Whether an object can be stored: a child asks, so that no thread of the client runs in this process unless a test wants it."""
    try:
        socket.create_connection((address, port), 2).close()
    except OSError:
        return False
    store = ObjectServer(f"http://{address}:{port}", folder).bucket("probe")
    asked = (
        "import sys; from obstore.store import from_url\n"
        "from_url(sys.argv[1], config=dict(endpoint=sys.argv[2], region='us-east-1', access_key_id=sys.argv[3], secret_access_key=sys.argv[4]),"
        " client_options=dict(allow_http=True, timeout='5s'), retry_config=dict(max_retries=0)).put('x', b'')"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked, store.url, store.endpoint or "", KEY, SECRET],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0
