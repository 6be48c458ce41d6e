"""Who executes runs where others run Dagster: that Dagster, or nobody."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.choose import dagster_ui, engine_for, terminators
from inspect_pipelines.engine.plain import PlainEngine
from inspect_pipelines.engine.state import UpState, lock_path, write_state
from inspect_pipelines.engine.storages import ensure_storages
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.engine import Launch
from resources.disk.lock import take_lock

THEIRS = "http://127.0.0.1:9/dagster"


def test_where_others_run_dagster_no_run_is_ever_played_beside_it(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, dagster_url=THEIRS)
    engines = [engine_for(settings), *terminators(settings)]

    with pytest.raises(Unavailable, match=r"whether INSPECT_DAGSTER_URL names it$") as raised:
        engines[0].launch(Launch("nightly", "request:1", {}))

    assert not [engine for engine in engines if isinstance(engine, PlainEngine)]
    assert "up` running" not in str(raised.value)
    for engine in engines:
        engine.close()


@pytest.mark.parametrize(("ui_url", "is_here"), [("http://127.0.0.1:8461/dagster", True), (THEIRS, False)])
def test_a_command_that_was_not_told_of_it_learns_it_from_the_daemon_that_was(
    tmp_path: Path, ui_url: str, is_here: bool
) -> None:
    lock_path(tmp_path).parent.mkdir(parents=True)
    lock = take_lock(lock_path(tmp_path))
    assert lock is not None
    write_state(tmp_path, UpState(1, "2026-11-30T00:00:00Z", "http://127.0.0.1:8461", ui_url, {}))
    try:
        found = dagster_ui(Settings(home=tmp_path))
    finally:
        os.close(lock)

    assert found is not None
    assert (found.url, found.socket is not None) == (ui_url, is_here)
    assert dagster_ui(Settings(home=tmp_path)) is None, "nobody is up any more"


def test_no_records_of_dagster_are_made_in_a_home_whose_dagster_is_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSPECT_DAGSTER_URL", THEIRS)

    dagster_home = ensure_storages(tmp_path)

    assert [*dagster_home.iterdir()] == []
    assert (tmp_path / "run").is_dir()
