from __future__ import annotations

import contextlib
import socket
import stat
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from inspect_pipelines.engine.addresses import (
    Address,
    accepts,
    answers,
    free_port,
    is_loopback,
    make_socket_folder,
    remove_socket_folder,
    socket_folder,
    ui_socket,
)
from inspect_pipelines.errors import Unavailable

HOST = "127.0.0.1"


def listener() -> socket.socket:
    return socket.create_server((HOST, 0))


def test_a_free_port_stays_and_a_taken_one_is_stepped_over_and_said() -> None:
    said: list[str] = []
    with listener() as taken:
        first = taken.getsockname()[1]
        address = Address("Dagster UI", first, HOST, said.append)

        port = address.settle()
        again = address.settle()

    assert port > first
    assert again == port
    assert address.url == f"http://127.0.0.1:{port}"
    assert said == [f"port {first} is taken; the Dagster UI uses {port}"]


def test_an_ipv6_address_has_ports_and_an_address_too() -> None:
    """`up --host ::1` found no free port of 50: it looked for them in IPv4."""
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as taken:
        first = taken.getsockname()[1]
        address = Address("web process", first, "::1", lambda said: None)

        port = address.settle()

    assert port > first
    assert address.url == f"http://[::1]:{port}"


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        *((host, True) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost")),
        *((host, False) for host in ("0.0.0.0", "::", "10.1.2.3", "")),
    ],
)
def test_what_other_machines_can_reach_is_known(host: str, is_ours: bool) -> None:
    assert is_loopback(host) is is_ours


def test_running_out_of_ports_is_told_with_what_to_do() -> None:
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # somebody else may have the last port
            stack.enter_context(socket.create_server((HOST, 65535)))

        with pytest.raises(Unavailable, match=r"no free port .* name another with --port"):
            free_port(65535, host=HOST)


class Ailing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(503)

    def log_message(self, *args: object) -> None:
        pass


def test_a_server_answers_even_when_something_ails_it() -> None:
    with HTTPServer((HOST, 0), Ailing) as server:
        Thread(target=server.handle_request, daemon=True).start()

        assert answers(HOST, server.server_port, "/health")


def test_nobody_and_somebody_silent_do_not_answer() -> None:
    with listener() as silent:
        port = silent.getsockname()[1]

        assert not answers(HOST, port, "/", timeout_seconds=0.1)
    assert not answers(HOST, port, "/")


def test_a_socket_file_without_a_server_accepts_nobody(tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        assert accepts(path)

    assert path.exists()
    assert not accepts(path)


def test_a_home_that_is_too_deep_for_sockets_gets_a_private_folder_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    deep = tmp_path / ("x" * 100) / "home"

    folder = make_socket_folder(deep)

    assert folder.parent == tmp_path
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert socket_folder(deep) == make_socket_folder(deep) == folder
    assert make_socket_folder(Path("/h")) == socket_folder(Path("/h")) == Path("/h/run")
    folder.chmod(0o755)
    with pytest.raises(Unavailable, match="is not a private folder of this user"):
        socket_folder(deep)
    with pytest.raises(Unavailable, match="is not a private folder of this user"):
        make_socket_folder(deep)


def test_the_private_folder_is_there_only_while_somebody_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command that looked for the UI of a deep home made one in /tmp, and `up` left its sockets there."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    deep = tmp_path / ("x" * 100) / "home"

    looked_in = ui_socket(deep)
    before = list(tmp_path.iterdir())
    (make_socket_folder(deep) / "ui.sock").touch()
    remove_socket_folder(deep)
    remove_socket_folder(deep)  # nothing there is no trouble

    assert looked_in == deep / "run" / "ui.sock"
    assert before == list(tmp_path.iterdir()) == []
