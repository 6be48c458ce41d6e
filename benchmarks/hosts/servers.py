"""What the hosts share, on the first of them: PostgreSQL, Redis and an object store, real ones, over TCP, with passwords."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis
from psycopg import sql

from benchmarks.hosts.hosts import ADDRESS, Host, until

PASSWORD = "of-the-journey"
POSTGRES_PORT, REDIS_PORT, BUCKET = 5432, 6379, "pictures"
CONNECTIONS = 300
REDIS_FLAGS = ["--bind", ADDRESS, "--port", str(REDIS_PORT), "--requirepass", PASSWORD]
REDIS_FLAGS += ["--save", "", "--appendonly", "no"]
WEED_PORTS = (
    *("s3.port", "s3.port.grpc", "s3.port.iceberg", "s3.port.lance", "master.port", "master.port.grpc"),
    *("volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc"),
)


@dataclass
class Servers:
    """All of them, while the first host has power."""

    host: Host
    s3_port: int

    @property
    def database(self) -> str:
        return f"postgresql+psycopg://inspect:{PASSWORD}@{ADDRESS}:{POSTGRES_PORT}/inspect"

    def variables(self, secret: Path) -> dict[str, str]:
        """What each host is told of them.

        Args:
            secret: The file in which it has the bucket's.
        """
        return {
            "INSPECT_DATABASE_URL": self.database,
            "INSPECT_DAGSTER_DATABASE_URL": f"{self.database.removesuffix('inspect')}dagster".replace(
                "+psycopg", "+psycopg2"
            ),
            "INSPECT_BROKER_URL": f"redis://:{PASSWORD}@{ADDRESS}:{REDIS_PORT}/0",
            "INSPECT_GALLERY": f"s3://{BUCKET}/qa",
            "INSPECT_GALLERY_ENDPOINT": f"http://{ADDRESS}:{self.s3_port}",
            "INSPECT_GALLERY_REGION": "us-east-1",
            "INSPECT_GALLERY_KEY": "qa-key",
            "INSPECT_GALLERY_SECRET": f"${{file:{secret}}}",
        }

    def restart_postgres(self) -> None:
        self.host.call(*_control(self.host), "-m", "fast", "restart", is_root=False)

    def empty_redis(self) -> None:
        with contextlib.closing(redis.Redis(ADDRESS, REDIS_PORT, password=PASSWORD)) as client:
            client.flushall()


@contextlib.contextmanager
def servers(host: Host, ports: range) -> Iterator[Servers]:
    """Start them there; this process has to talk as that host does. They end with the host.

    Args:
        ports: Ten for the object store, whose parts meet at sockets in /tmp that are named by port alone.
    """
    _postgres(host)
    (host.folder / "redis").mkdir()
    host.start("redis.log", "redis-server", *REDIS_FLAGS, "--dir", host.here / "redis")
    _weed(host, ports)
    try:
        yield Servers(host, ports[0])
    finally:
        for port in ports:
            for left in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                left.unlink(missing_ok=True)


def _postgres(host: Host) -> None:
    folder = host.folder / "pg"
    folder.mkdir()
    words = ["-D", str(host.here / "pg" / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    host.call(_program("initdb"), *words, is_root=False)
    with (folder / "data" / "pg_hba.conf").open("a") as rules:
        rules.write("host all all 10.77.0.0/16 scram-sha-256\n")
    settings = f"listen_addresses = '{ADDRESS}'\nport = {POSTGRES_PORT}\nmax_connections = {CONNECTIONS}\n"
    settings += f"unix_socket_directories = '{host.here / 'pg'}'\n"
    with (folder / "data" / "postgresql.conf").open("a") as file:
        file.write(settings)
    host.call(*_control(host), "start", is_root=False)
    with psycopg.connect(f"host={folder} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE inspect LOGIN PASSWORD {}").format(PASSWORD))
        for name in ("inspect", "dagster"):
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER inspect").format(sql.Identifier(name)))


def _control(host: Host) -> list[str]:
    folder = host.here / "pg"
    return [_program("pg_ctl"), "-D", str(folder / "data"), "-l", str(folder / "log"), "-w"]


def _weed(host: Host, ports: range) -> None:
    identity = {
        "name": "qa",
        "credentials": [{"accessKey": "qa-key", "secretKey": PASSWORD}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    (host.folder / "weed").mkdir()
    (host.folder / "weed" / "s3.json").write_text(json.dumps({"identities": [identity]}))
    flags = [f"-{name}={port}" for name, port in zip(WEED_PORTS, ports, strict=True)]
    flags += [f"-ip={ADDRESS}", f"-ip.bind={ADDRESS}", "-master.telemetry=false", "-volume.max=20"]
    flags += [f"-dir={host.here / 'weed'}", f"-s3.config={host.here / 'weed' / 's3.json'}"]
    host.start("weed.log", Path(sys.executable).with_name("weed"), "server", "-s3", "-filer", *flags)
    until(lambda: _takes_objects(ports[0]))


def _takes_objects(port: int) -> bool:
    from obstore.exceptions import BaseError
    from obstore.store import S3Store

    store = S3Store(
        BUCKET,
        endpoint=f"http://{ADDRESS}:{port}",
        region="us-east-1",
        access_key_id="qa-key",
        secret_access_key=PASSWORD,
        client_options={"allow_http": True, "timeout": "5s"},
        retry_config={"max_retries": 0},
    )
    try:
        store.put("probe", b"")
    except (BaseError, OSError):
        return False
    return True


def _program(name: str) -> str:
    found = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))]
    found += filter(None, [shutil.which(name)])
    assert found, "the hosts need PostgreSQL's server programs: apt-get install postgresql"
    return found[0]
