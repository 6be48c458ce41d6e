"""Dagster's instance settings: INSPECT_HOME/dagster/dagster.yaml, written by us until a person makes the file theirs."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from inspect_pipelines.config.settings import WARM, Settings
from inspect_pipelines.errors import SetupMissing, Unavailable, UsageError
from resources.disk.atomic import write_atomically

MARKER = "# written by inspect-pipelines; delete this line and the file is yours"

CELERY, K8S = "celery", "k8s"
NAMED_LAUNCHERS = {
    WARM: "inspect_pipelines.engine.launcher:InspectRunLauncher",
    "dagster": "inspect_pipelines.engine.served:ServedRunLauncher",
    CELERY: "inspect_pipelines.engine.celery.launcher:InspectCeleryLauncher",
    K8S: "inspect_pipelines.engine.k8s.launcher:InspectK8sLauncher",
}
PACKAGES = {CELERY: ("dagster_celery", "redis"), K8S: ("dagster_k8s",)}  # of the extra with the same name
LAUNCHER = re.compile(r"^(?P<who>[A-Za-z_][\w.]*(?::[A-Za-z_]\w*)?)(?:\s+(?P<config>\{.*\}))?$", re.DOTALL)

STARTS_SECONDS = 120  # from the launch to the first step, here
WAITS_SECONDS = 1800  # the same where a worker or a node has to come first

FOLDERS = ("", "dagster", "run", "logs", "history", "gallery", "reports", "outbox")

SETTINGS = """\
{marker}
telemetry: {{enabled: false}}
nux: {{enabled: false}}

# Queues while a daemon is alive, else launches at once.
run_coordinator:
  module: inspect_pipelines.engine.coordinator
  class: InspectRunCoordinator
  config: {{dequeue_interval_seconds: 1, dequeue_use_threads: true, dequeue_num_workers: 4}}
run_launcher: {run_launcher}
{storages}
concurrency:
  runs:
    max_concurrent_runs: {max_concurrent_runs}
    # organization.yaml's `limits` come from our coordinator; `tag_concurrency_limits` here would replace them.

# The ledger's deadline comes first; these end what did not heed it.
run_monitoring:
  enabled: true
  poll_interval_seconds: 5
  start_timeout_seconds: {start_timeout_seconds}
  cancel_timeout_seconds: 30
  max_runtime_seconds: 14400
run_retries: {{enabled: true, max_retries: 0}}

sensors: {{use_threads: true, num_workers: 4}}
schedules: {{use_threads: true, num_workers: 4, num_submit_workers: 4}}
auto_materialize: {{enabled: false, use_sensors: false}}
# What a run prints is in logs/run-*.log, which this shows; Dagster's own copy takes four processes a run.
compute_logs: {{module: inspect_pipelines.engine.compute_logs, class: RunLogs}}
retention:
  schedule: {{purge_after_days: {{skipped: 7, failure: 30, success: 90}}}}
  sensor: {{purge_after_days: {{skipped: 1, failure: 30, success: 90}}}}
"""


def ensure_instance(home: Path) -> Path:
    """INSPECT_HOME with its folders and Dagster's settings in place; returns DAGSTER_HOME.

    Folders that this call makes are readable by their owner only. A settings file without our first line belongs to a
    person and stays as it is. Where others run Dagster, and its database is not known here, there are no settings.

    Raises:
        UsageError: The home is a file, or lies where it cannot be made.
        Unavailable: The disk refused.
    """
    try:
        for folder in FOLDERS:
            _make_private(home / folder)
        _write_settings(home / "dagster" / "dagster.yaml", Settings())
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError(
            f"INSPECT_HOME {str(home)!r} cannot be used: {error.filename!r} is a file, not a folder; "
            "move it away or set INSPECT_HOME to another folder"
        ) from error
    except PermissionError as error:
        raise UsageError(
            f"INSPECT_HOME {str(home)!r} cannot be used: no permission for {error.filename!r}; "
            "set INSPECT_HOME to a folder of yours"
        ) from error
    except OSError as error:
        raise refused(home, error) from error
    return home / "dagster"


def refused(home: Path, error: OSError) -> Unavailable:
    """What a disk says that lets nobody write where a home needs it."""
    what = str(error.filename or home)
    return Unavailable(
        f"INSPECT_HOME {str(home)!r} cannot be set up: {what!r} cannot be written ({(error.strerror or str(error)).lower()}); "
        "make it writable, make room, or set INSPECT_HOME to another folder"
    )


def is_ours(dagster_home: Path) -> bool:
    """Whether the settings are as we write them, and no person's."""
    return (dagster_home / "dagster.yaml").read_text(encoding="utf-8", errors="replace").startswith(MARKER)


def most_runs() -> int:
    """How many runs Dagster starts at once: one browser takes about a core, so as many as there are cores."""
    return max(2, os.cpu_count() or 2)


def settings_text(dagster_home: Path, max_concurrent_runs: int, run_launcher: str = WARM) -> str:
    """The text of dagster.yaml.

    Raises:
        UsageError: INSPECT_RUN_LAUNCHER or INSPECT_DAGSTER_DATABASE_URL cannot be read.
        SetupMissing: What Dagster needs for that launcher or database is not installed.
    """
    return SETTINGS.format(
        marker=MARKER,
        max_concurrent_runs=max_concurrent_runs,
        run_launcher=json.dumps(launcher_of(run_launcher)),  # JSON is YAML
        start_timeout_seconds=WAITS_SECONDS if kind_of(run_launcher) in PACKAGES else STARTS_SECONDS,
        storages="\n".join(f"{key}: {json.dumps(value)}" for key, value in _storages(dagster_home).items()),
    )


def _storages(dagster_home: Path) -> dict[str, object]:
    if Settings().dagster_database_url is not None:
        from inspect_pipelines.engine import dagster_database  # and SQLAlchemy, 0.1 s

        dagster_database.dagster_database(Settings())
        return dagster_database.storages()
    of_ours = {
        "module": "inspect_pipelines.engine.event_log",
        "class": "InspectEventLogStorage",
        "config": {"base_dir": str(dagster_home / "history" / "runs")},
    }
    return {"event_log_storage": of_ours}


def kind_of(text: str) -> str:
    """Which launcher a value of INSPECT_RUN_LAUNCHER names, without its config."""
    return text.split(maxsplit=1)[0] if text.strip() else ""


def launcher_of(text: str) -> dict[str, object]:
    """The `run_launcher` of dagster.yaml for a value of INSPECT_RUN_LAUNCHER.

    Raises:
        UsageError: It is neither a name that we know nor `module:Class`, or its config is no JSON object.
        SetupMissing: It needs a package that is not installed.
    """
    match = LAUNCHER.match(text)
    config = None
    who = match["who"] if match else ""
    if match:
        with suppress(ValueError):
            config = json.loads(match["config"] or "{}")
    if (who not in NAMED_LAUNCHERS and ":" not in who) or not isinstance(config, dict):
        raise UsageError(
            f"the setting INSPECT_RUN_LAUNCHER is {text!r}; write 'warm', 'dagster', 'celery', 'k8s' or 'module:Class', "
            'with its config as JSON behind it, such as \'celery {"queues": {"acme": "inner"}}\''
        )
    for package in PACKAGES.get(who, ()):
        if find_spec(package) is None:
            raise SetupMissing(
                f"the setting INSPECT_RUN_LAUNCHER is {who!r}, which needs the package {package.replace('_', '-')!r}, "
                f"and it is not installed; install it: pip install 'inspect-pipelines[{who}]'"
            )
    module, _, name = NAMED_LAUNCHERS.get(who, who).partition(":")
    found: dict[str, object] = {"module": module, "class": name}
    return {**found, "config": config} if config else found


def _make_private(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _write_settings(path: Path, settings: Settings) -> None:
    if settings.dagster_url and not settings.dagster_database_url:
        return  # Dagster's records are elsewhere: nobody shall look for them, or make others, here
    wanted = settings_text(path.parent, settings.max_runs or most_runs(), settings.run_launcher)
    if kind_of(settings.run_launcher) == CELERY:
        from inspect_pipelines.engine.celery.broker import broker_url  # and Celery, 0.2 s

        broker_url(settings)  # says what is missing before anything is started
    if path.exists():
        present = path.read_text(encoding="utf-8")
        if present == wanted or not present.startswith(MARKER):
            return
    write_atomically(path, wanted, mode=0o644, is_durable=False)
