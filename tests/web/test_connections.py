"""Connections that never come to a whole request, over real sockets."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from galleries import MemoryGallery
from houses import a_house
from inspect_pipelines.ports.house import House
from patience import allowed
from webhook_server import GITHUB, served

HEAD = f"POST {GITHUB} HTTP/1.1\r\nhost: 127.0.0.1\r\n".encode()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path, gallery=MemoryGallery())
    yield house
    house.ledgers.close()
    house.inbox.close()


@pytest.fixture
def client(house: House) -> Iterator[httpx.Client]:
    with served(house) as client:
        yield client


def connected(client: httpx.Client) -> socket.socket:
    connection = socket.create_connection((client.base_url.host, client.base_url.port), timeout=120)
    connection.settimeout(120)
    return connection


def all_of(connection: socket.socket) -> bytes:
    """What comes until it is closed."""
    came = b""
    try:
        while part := connection.recv(65536):
            came += part
    except ConnectionResetError:
        pass
    return came


def until_refused(connection: socket.socket, part: bytes) -> float:
    """The seconds for which one part after the other is taken."""
    began = time.monotonic()
    try:
        while time.monotonic() - began < 120:
            connection.sendall(part)
            time.sleep(0.1)
    except OSError:
        pass
    return time.monotonic() - began


@pytest.mark.parametrize("begun", [b"", HEAD + b"x-slow: "], ids=["nothing", "half"])
def test_headers_that_do_not_come_to_their_end_are_waited_for_five_seconds(
    client: httpx.Client, begun: bytes
) -> None:
    began = time.monotonic()
    with connected(client) as connection:
        connection.sendall(begun)

        came = all_of(connection)

    assert came == b""
    assert 4 < time.monotonic() - began < 5 + allowed(5)


def test_a_byte_now_and_then_does_not_prolong_it(client: httpx.Client) -> None:
    with connected(client) as connection:
        connection.sendall(HEAD)

        dripped = until_refused(connection, b"x-a: b\r\n")

    assert dripped < allowed(20)


def test_headers_of_more_than_64_kb_are_refused(client: httpx.Client) -> None:
    with connected(client) as connection:
        connection.sendall(HEAD + b"x-long: " + b"a" * 66_000)

        came = all_of(connection)

    head, _, body = came.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert b"content-type: application/problem+json" in head
    assert json.loads(body)["detail"] == "The headers of a request may have 65536 bytes."


def test_the_size_of_a_body_is_none_of_the_headers(client: httpx.Client) -> None:
    head = b"GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100000\r\nx-long: " + b"a" * 60_000
    with connected(client) as connection:
        connection.sendall(head + b"\r\n\r\n" + b"b" * 100_000)

        came = connection.recv(65536)

    assert came.startswith(b"HTTP/1.1 200")


def test_many_requests_over_one_connection_are_answered(client: httpx.Client) -> None:
    statuses = {client.get("/health", headers={"x-long": "a" * 30_000}).status_code for _ in range(5)}

    assert statuses == {200}


def test_the_rest_of_a_refused_body_is_taken_for_a_while_only(client: httpx.Client) -> None:
    head = HEAD + b"content-type: application/json\r\ncontent-length: 9000000\r\n\r\n"
    with connected(client) as connection:
        connection.sendall(head + b"a" * 100)
        came = connection.recv(65536)

        went_on = until_refused(connection, b"a" * 1000)

    assert came.startswith(b"HTTP/1.1 401")
    assert went_on < allowed(20)


def test_390_half_sent_requests_do_not_make_a_process_deaf_that_may_open_400_files(house: House) -> None:
    """They held its last descriptors, and nobody else could connect until they hung up."""
    program = (
        "import resource, sys, threading; resource.setrlimit(resource.RLIMIT_NOFILE, (400, 400))\n"
        "from pathlib import Path; from houses import a_house; from webhook_server import served\n"
        "with served(a_house(Path(sys.argv[1]))) as client: print(client.base_url, flush=True); sys.stdin.read()\n"
    )
    half: list[socket.socket] = []
    argv = [sys.executable, "-c", program, str(house.home)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as server:
        try:
            url = httpx.URL(server.stdout.readline().strip())
            half += [socket.create_connection((url.host, url.port), timeout=120) for _ in range(390)]
            for connection in half:
                connection.sendall(HEAD)

            answer = httpx.get(url.join("/status"), timeout=allowed(10), trust_env=False)

            assert answer.status_code == 200
        finally:
            server.kill()
            for connection in half:
                connection.close()
