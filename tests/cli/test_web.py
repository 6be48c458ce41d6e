"""`web` and `daemon`: what they need, and what they refuse before anything is opened."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from inspect_pipelines.cli.serve import serve
from inspect_pipelines.engine.commands import web_argv
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

    for command in ("web", "up"):
        done = Project(tmp_path).here(command, "--proxy", "proxy.example")
        assert done.returncode == 2
        assert "--proxy 'proxy.example' is no address" in done.stderr


def test_the_web_process_of_up_is_told_whose_it_is_and_which_proxies_it_believes() -> None:
    words = web_argv("0.0.0.0", 8460, "daemon", ["10.0.0.5", "10.1.0.0/24"])

    understood = serve.make_context("serve", words[3:]).params

    assert understood["proxies"] == ("10.0.0.5", "10.1.0.0/24")
    assert (understood["host"], understood["port"], understood["part"]) == ("0.0.0.0", 8460, "daemon")
