from __future__ import annotations

import stat
from pathlib import Path

import dagster as dg
import pytest
import yaml

from inspect_pipelines.engine.instance import MARKER, ensure_instance, launcher_of, settings_text
from inspect_pipelines.engine.storages import ensure_storages
from inspect_pipelines.errors import SetupMissing, Unavailable, UsageError


def test_dagster_accepts_the_settings_and_finds_our_coordinator_and_launcher(tmp_path: Path) -> None:
    dagster_home = ensure_instance(tmp_path / "home")

    with dg.DagsterInstance.from_config(str(dagster_home)) as instance:
        found = (type(instance.run_coordinator).__name__, type(instance.run_launcher).__name__)
        monitored = (instance.run_monitoring_enabled, instance.run_monitoring_poll_interval_seconds)
        retries = (instance.run_retries_enabled, instance.run_retries_max_retries)
        telemetry = instance.telemetry_enabled

    assert found == ("InspectRunCoordinator", "InspectRunLauncher")
    assert monitored == (True, 5)
    assert retries == (True, 0)
    assert not telemetry


@pytest.mark.parametrize(
    ("setting", "launcher"),
    [("dagster", "ServedRunLauncher"), ("recording_launcher:RecordingLauncher", "RecordingLauncher")],
)
def test_a_setting_chooses_another_launcher(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, launcher: str
) -> None:
    monkeypatch.setenv("INSPECT_RUN_LAUNCHER", setting)
    dagster_home = ensure_instance(tmp_path)

    with dg.DagsterInstance.from_config(str(dagster_home)) as instance:
        assert type(instance.run_launcher).__name__ == launcher


def test_a_launcher_gets_its_config() -> None:
    found = launcher_of('dagster_k8s:K8sRunLauncher {"job_namespace": "qa"}')

    assert found == {"module": "dagster_k8s", "class": "K8sRunLauncher", "config": {"job_namespace": "qa"}}


@pytest.mark.parametrize("setting", ["", "fast", "module:", "a:B {", "a:B []", 'a:B {"b"}'])
def test_a_launcher_that_cannot_be_read_is_told_with_an_example(setting: str) -> None:
    with pytest.raises(UsageError, match=r"INSPECT_RUN_LAUNCHER is .*; write 'warm', 'dagster', 'celery', "):
        launcher_of(setting)


def test_a_named_launcher_gets_its_config_too_and_time_for_a_worker_to_come() -> None:
    text = settings_text(Path("/h"), 12, 'celery {"queues": {"acme": "inner"}}')

    found = yaml.safe_load(text)
    assert found["run_launcher"]["class"] == "InspectCeleryLauncher"
    assert found["run_launcher"]["config"] == {"queues": {"acme": "inner"}}
    assert found["run_monitoring"]["start_timeout_seconds"] == 1800
    assert found["concurrency"]["runs"]["max_concurrent_runs"] == 12


@pytest.mark.parametrize(("setting", "package"), [("celery", "dagster-celery"), ("k8s {}", "dagster-k8s")])
def test_a_launcher_without_its_package_is_told_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, setting: str, package: str
) -> None:
    monkeypatch.setattr("inspect_pipelines.engine.instance.find_spec", lambda name: None)
    extra = setting.split()[0]

    with pytest.raises(SetupMissing) as told:
        launcher_of(setting)

    assert str(told.value) == (
        f"the setting INSPECT_RUN_LAUNCHER is '{extra}', which needs the package '{package}', and it is not installed; "
        f"install it: pip install 'inspect-pipelines[{extra}]'"
    )


def test_workers_without_a_broker_are_told_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`up` came up, and no run could be launched."""
    monkeypatch.setenv("INSPECT_RUN_LAUNCHER", "celery")
    monkeypatch.delenv("INSPECT_BROKER_URL", raising=False)

    with pytest.raises(UsageError, match="INSPECT_BROKER_URL does not say where it is; set it: redis://"):
        ensure_instance(tmp_path / "home")


def test_every_folder_of_a_new_home_is_private(tmp_path: Path) -> None:
    home = tmp_path / "home"

    ensure_instance(home)

    modes = {folder.name: stat.S_IMODE(folder.stat().st_mode) for folder in [home, *home.iterdir()]}
    assert set(modes) == {"home", "dagster", "run", "logs", "history", "gallery", "reports", "outbox"}
    assert set(modes.values()) == {0o700}


def test_settings_that_are_right_are_not_written_again(tmp_path: Path) -> None:
    file = ensure_instance(tmp_path) / "dagster.yaml"
    written = file.stat()

    ensure_instance(tmp_path)

    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (written.st_ino, written.st_mtime_ns)


def test_settings_of_an_older_version_are_brought_up_to_date(tmp_path: Path) -> None:
    file = ensure_instance(tmp_path) / "dagster.yaml"
    wanted = file.read_text()
    file.write_text(f"{MARKER}\ntelemetry: {{enabled: true}}\n")

    ensure_instance(tmp_path)

    assert file.read_text() == wanted
    assert yaml.safe_load(wanted)["telemetry"] == {"enabled": False}


def test_settings_that_a_person_made_theirs_stay(tmp_path: Path) -> None:
    file = ensure_instance(tmp_path) / "dagster.yaml"
    theirs = "storage: {postgres: {postgres_url: x}}\n"
    file.write_text(theirs)

    ensure_instance(tmp_path)

    assert file.read_text() == theirs


def test_a_home_that_is_a_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")

    with pytest.raises(UsageError, match=r"cannot be used: '.*home' is a file, not a folder; move it away"):
        ensure_instance(tmp_path / "home")


def test_a_disk_that_refuses_is_told_with_the_place_and_what_to_do(tmp_path: Path) -> None:
    """`up` in a home whose `run/` could not be written said: cannot be set up: Read-only file system."""
    long = tmp_path / ("x" * 300)

    with pytest.raises(Unavailable) as told:
        ensure_instance(long)

    assert str(told.value) == (
        f"INSPECT_HOME '{long}' cannot be set up: '{long}' cannot be written (file name too long); "
        "make it writable, make room, or set INSPECT_HOME to another folder"
    )


def test_a_run_folder_that_cannot_be_locked_is_told_in_a_sentence(tmp_path: Path) -> None:
    ensure_instance(tmp_path)
    (tmp_path / "run" / "first-use.lock").mkdir()

    with pytest.raises(
        Unavailable, match=r"'.*run/first-use.lock' cannot be written \(is a directory\); make it"
    ):
        ensure_storages(tmp_path)
