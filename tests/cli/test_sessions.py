"""What people type about agents, beside a control plane's stand-in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from in_process import Done, command
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.remote_session import RemoteSession, RemoteStatus, title_of
from open_inspect_rig import client
from prepared import prepared_ledgers
from stand_ins.open_inspect import ACTOR, SECRET, Agent, ControlPlane

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    plane = ControlPlane()
    yield plane
    plane.close()


@pytest.fixture
def home(tmp_path: Path, plane: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in {
        "INSPECT_HOME": str(tmp_path),
        "OI_SECRET": SECRET,
        "INSPECT_OPEN_INSPECT_URL": plane.url,
        "INSPECT_OPEN_INSPECT_SECRET": "${env:OI_SECRET}",
        "INSPECT_OPEN_INSPECT_ACTOR": ACTOR,
        "INSPECT_OPEN_INSPECT_PRIVATE": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def working(home: Path, plane: ControlPlane) -> RemoteSession:
    """A session at work, as the ledger and the control plane have it."""
    plane.agent = lambda title: Agent(hangs=True)
    title = title_of("Nightly", "r1", "r1.1")
    remote_id = client(plane).create(title, None, None)
    message_id = client(plane).prompt(remote_id, "go")
    client(plane).messages(remote_id)
    session = RemoteSession(
        "r1.1",
        "r1",
        "shop",
        title,
        AT,
        remote_id,
        message_id,
        RemoteStatus.WORKING,
        url=f"https://inspect.example/session/{remote_id}",
    )
    ledgers = prepared_ledgers(home / "ledger.db")
    with ledgers.of(DEFAULT_ORG).write() as ledger:
        ledger.remote_sessions.save(session)
    ledgers.close()
    return session


def done(home: Path, *words: str) -> Done:
    return command(*words, cwd=home)


def test_a_session_is_listed_shown_and_stopped(home: Path, plane: ControlPlane) -> None:
    assert "no agent has played anything yet" in done(home, "sessions", "list").stdout
    session = working(home, plane)

    listed = done(home, "sessions", "list").stdout
    shown = json.loads(done(home, "sessions", "show", "r1", "--json").stdout)
    by_theirs = done(home, "sessions", "show", session.remote_id or "")
    stopped = done(home, "sessions", "stop", "r1.1")
    again = done(home, "sessions", "stop", "r1.1")

    assert "working" in listed
    assert shown["remote_id"] == session.remote_id
    assert session.url in by_theirs.stdout
    assert (stopped.returncode, stopped.stdout) == (0, "session r1.1 is stopped\n")
    assert plane.only.messages[0].error == "Execution was stopped"
    assert plane.only.is_archived
    assert again.returncode == 2
    assert "has ended already" in again.stderr


def test_one_that_does_not_hear_is_to_be_stopped_again(home: Path, plane: ControlPlane) -> None:
    working(home, plane)
    plane.only.agent.deaf = 1

    first, second = done(home, "sessions", "stop", "r1.1"), done(home, "sessions", "stop", "r1.1")

    assert (first.returncode, second.returncode) == (3, 0)
    assert "ask for the same again" in first.stderr


@pytest.mark.parametrize("word", ["show", "open", "stop"])
def test_a_session_that_there_is_not_is_named(home: Path, word: str) -> None:
    found = done(home, "sessions", word, "zzz")

    assert (found.returncode, "no agent's session begins with 'zzz'" in found.stderr) == (2, True)


def test_doctor_asks_the_control_plane_with_a_signed_request(home: Path, plane: ControlPlane) -> None:
    found = done(home, "doctor", "--open-inspect")

    assert found.returncode == 0
    assert f"lets github-bot in, for {ACTOR}" in found.stdout
    assert "this machine's clock" in found.stdout
    assert len(plane.requests) == 1
    assert plane.refused == []


def test_doctor_says_what_is_wrong(home: Path, plane: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    plane.secret = "another"
    wrong_secret = done(home, "doctor", "--open-inspect")
    plane.clock_offset_seconds = -600
    clock = done(home, "doctor", "--open-inspect")
    plane.close()
    nobody = done(home, "doctor", "--open-inspect")
    monkeypatch.delenv("OI_SECRET")
    no_secret = done(home, "doctor", "--open-inspect")

    assert [each.returncode for each in (wrong_secret, clock, nobody, no_secret)] == [3] * 4
    assert "check the secret" in wrong_secret.stdout
    assert "ahead of the control plane's" in clock.stdout
    assert "cannot be reached" in nobody.stdout
    assert "set the environment variable 'OI_SECRET'" in no_secret.stdout
    assert SECRET not in wrong_secret.stdout + clock.stdout + nobody.stdout + no_secret.stdout
