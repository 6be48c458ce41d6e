"""`web` and `daemon`: what they need, and what they refuse before anything is opened."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from journeys_commands import Project

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/none"


@pytest.mark.parametrize("name", ["web", "daemon"])
def test_a_ledger_that_is_one_process_trees_is_not_shared(tmp_path: Path, name: str) -> None:
    done = Project(tmp_path).here(name)

    assert done.returncode == 2
    assert f"`{name}` cannot start" in done.stderr
    assert "start `up`, or set INSPECT_DATABASE_URL" in done.stderr
    assert not (tmp_path / ".inspect").exists()


def test_a_taken_port_and_a_proxy_that_is_no_address_are_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSPECT_DATABASE_URL", NOWHERE)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = Project(tmp_path).here("web", "--port", str(port))
    assert done.returncode == 3
    assert f"cannot listen on '127.0.0.1', port {port}: address already in use" in done.stderr

    done = Project(tmp_path).here("web", "--port", "0", "--proxy", "proxy.example")
    assert done.returncode == 2
    assert "--proxy 'proxy.example' is no address" in done.stderr
