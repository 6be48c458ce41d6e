"""`runs bundle`, `runs key` and `verify` as a person uses them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from builders import NOW, a_run, a_schedule, a_session
from inspect_pipelines.cli.bundle import verify
from inspect_pipelines.cli.runs import runs
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import Refused, Unavailable, Unreadable, UsageError
from inspect_pipelines.wiring import house as wired


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    with wired(Settings()).ledger.write() as ledger:
        ledger.definitions.save(a_schedule(), by="test", at=NOW)
        ledger.runs.request(a_run())
        ledger.evidence.save_session(a_run().id, a_session(screenshots=()))
        ledger.runs.conclude(replace(a_run(), status=RunStatus.PASSED, reason="all well", completed_at=NOW))
    return tmp_path / "home"


def call(command: Any, *arguments: str) -> str:
    return CliRunner().invoke(command, arguments, catch_exceptions=False).output


def test_a_bundle_is_verified_where_it_was_made_and_elsewhere_with_the_key_only(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, pem = tmp_path / "run.zip", tmp_path / "key.pem"
    written = call(runs, "bundle", "nightly-shop", "-o", str(file))
    public = call(runs, "key")
    pem.write_text(public.rpartition("SHA256:")[0])
    fingerprint = public.splitlines()[-1]

    here = call(verify, str(file))
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "an auditor's"))
    with pytest.raises(Refused, match="nobody has said that you trust it"):
        call(verify, str(file))
    elsewhere = call(verify, str(file), "--key", fingerprint)
    manifest = json.loads(call(verify, str(file), "--key", str(pem), "--json"))

    assert f"run {a_run().id} (passed), " in written
    assert written.endswith(f"signed by {fingerprint}\n")
    assert "every hash as signed" in here
    assert elsewhere == here
    assert manifest["run_id"] == a_run().id
    assert not (tmp_path / "an auditor's" / "keys").exists(), "who checks needs no key of their own"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_is_not_overwritten_unasked_and_never_half_written(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "run.zip"
    file.write_text("mine")

    with pytest.raises(Refused, match="write it over with --force"):
        call(runs, "bundle", "nightly-shop", "-o", str(file))
    assert file.read_text() == "mine"
    call(runs, "bundle", "nightly-shop", "-o", str(file), "--force")
    assert "whole and signed" in call(verify, str(file))
    with pytest.raises(Unavailable, match="cannot be written: No such file or directory; name another place"):
        call(runs, "bundle", "nightly-shop", "-o", str(tmp_path / "nowhere" / "run.zip"))
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_what_cannot_be_checked_is_a_sentence(home: Path, tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no zip")

    with pytest.raises(UsageError, match="cannot be read: No such file"):
        call(verify, str(tmp_path / "gone.zip"))
    with pytest.raises(Unreadable, match="it is no whole evidence bundle"):
        call(verify, str(tmp_path / "text.zip"))
    with pytest.raises(UsageError, match="is neither a fingerprint"):
        call(verify, str(tmp_path / "text.zip"), "--key", "ada")
