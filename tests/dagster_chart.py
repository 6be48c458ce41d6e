"""What is known of Dagster's official chart, without the chart: which keys it has, and the dagster.yaml that it makes of them.

Read in its templates and in the models of its values, github.com/dagster-io/dagster, helm/dagster: `values.py` and `subschema/*.py` of
schema/schema/charts, `templates/configmap-instance.yaml` and `templates/helpers/instance/*.tpl`, up to commit 042cec9605658e.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

VALUES = Path(__file__).parents[1] / "deploy/dagster-values.yaml"
ANY = None  # what is below is Kubernetes', or ours
POD = {
    "image": {"repository": ANY, "tag": ANY, "pullPolicy": ANY},
    **dict.fromkeys(
        ("env", "envConfigMaps", "envSecrets", "podSecurityContext", "securityContext", "resources")
    ),
    **dict.fromkeys(
        ("volumes", "volumeMounts", "nodeSelector", "affinity", "tolerations", "annotations", "labels")
    ),
    **dict.fromkeys(("readinessProbe", "livenessProbe", "startupProbe")),
}
CLASS = {"module": ANY, "class": ANY, "config": ANY}
DAYS = {"purgeAfterDays": dict.fromkeys(("skipped", "success", "failure", "started"))}
KEYS: dict[str, Any] = {
    "global": dict.fromkeys(("postgresqlSecretName", "dagsterHome", "serviceAccountName")),
    "generatePostgresqlPasswordSecret": ANY,
    "generateCeleryConfigSecret": ANY,
    "postgresql": {
        **dict.fromkeys(("enabled", "postgresqlScheme", "postgresqlHost", "postgresqlUsername")),
        **dict.fromkeys(("postgresqlDatabase", "postgresqlParams")),
        "service": {"port": ANY},
    },
    "dagsterWebserver": {
        **POD,
        "pathPrefix": ANY,
        "service": {"type": ANY, "port": ANY},
        "replicaCount": ANY,
    },
    "dagster-user-deployments": {
        "enabled": ANY,
        "enableSubchart": ANY,
        "deployments": [
            {
                **POD,
                **dict.fromkeys(("name", "codeServerArgs", "port")),
                "includeConfigInLaunchedRuns": {"enabled": ANY},
            }
        ],
    },
    "dagsterDaemon": {
        **POD,
        "enabled": ANY,
        "runCoordinator": {"enabled": ANY, "type": ANY, "config": {"customRunCoordinator": CLASS}},
        "runMonitoring": {
            **dict.fromkeys(
                ("enabled", "startTimeoutSeconds", "cancelTimeoutSeconds", "pollIntervalSeconds")
            ),
            **dict.fromkeys(("maxResumeRunAttempts", "freeSlotsAfterRunEndSeconds")),
        },
        "runRetries": {"enabled": ANY, "maxRetries": ANY},
        "sensors": dict.fromkeys(("useThreads", "numWorkers", "numSubmitWorkers")),
        "schedules": dict.fromkeys(("useThreads", "numWorkers", "numSubmitWorkers")),
    },
    "runLauncher": {"type": ANY, "config": {"customRunLauncher": CLASS}},
    "computeLogManager": {"type": ANY, "config": {"customComputeLogManager": CLASS}},
    "retention": {"enabled": ANY, "schedule": DAYS, "sensor": DAYS},
    "scheduler": {"type": ANY},
    **{one: {"enabled": ANY} for one in ("rabbitmq", "redis", "flower", "ingress", "telemetry")},
}


def values() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(VALUES.read_text("utf-8"))
    return found


def unknown(given: object, known: object = KEYS, place: str = "") -> Iterator[str]:
    """Keys that the chart does not have."""
    if isinstance(known, dict) and isinstance(given, dict):
        for key, value in given.items():
            here = f"{place}.{key}" if place else key
            if key not in known:
                yield here
            else:
                yield from unknown(value, known[key], here)
    elif isinstance(known, list) and isinstance(given, list):
        for one in given:
            yield from unknown(one, known[0], place)


def instance_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """The dagster.yaml that the chart makes of such values."""
    server, daemon = given["postgresql"], given["dagsterDaemon"]
    config = {
        "postgres_db": {
            "username": server["postgresqlUsername"],
            "password": {"env": "DAGSTER_PG_PASSWORD"},
            "hostname": server["postgresqlHost"],
            "db_name": server["postgresqlDatabase"],
            "port": server["service"]["port"],
            "params": server.get("postgresqlParams", {}),
            "scheme": server["postgresqlScheme"],
        }
    }

    def storage(module: str, name: str) -> dict[str, Any]:
        return {"module": f"dagster_postgres.{module}", "class": name, "config": config}

    monitoring, retries = daemon["runMonitoring"], daemon["runRetries"]
    return {
        "scheduler": {"module": "dagster.core.scheduler", "class": "DagsterDaemonScheduler"},
        "schedule_storage": storage("schedule_storage", "PostgresScheduleStorage"),
        "run_launcher": given["runLauncher"]["config"]["customRunLauncher"],
        "run_storage": storage("run_storage", "PostgresRunStorage"),
        "event_log_storage": storage("event_log", "PostgresEventLogStorage"),
        "run_coordinator": daemon["runCoordinator"]["config"]["customRunCoordinator"],
        "compute_logs": given["computeLogManager"]["config"]["customComputeLogManager"],
        "run_monitoring": {
            "enabled": monitoring["enabled"],
            "start_timeout_seconds": monitoring["startTimeoutSeconds"],
            "cancel_timeout_seconds": monitoring["cancelTimeoutSeconds"],
            "max_resume_run_attempts": monitoring["maxResumeRunAttempts"],
            "poll_interval_seconds": monitoring["pollIntervalSeconds"],
            "free_slots_after_run_end_seconds": monitoring["freeSlotsAfterRunEndSeconds"],
        },
        # helm leaves out a number that is 0
        "run_retries": {
            "enabled": retries["enabled"],
            **({"max_retries": n} if (n := retries["maxRetries"]) else {}),
        },
        "sensors": {"use_threads": True, "num_workers": daemon["sensors"]["numWorkers"]},
        "schedules": {
            "use_threads": True,
            "num_workers": daemon["schedules"]["numWorkers"],
            "num_submit_workers": daemon["schedules"]["numSubmitWorkers"],
        },
        "telemetry": given["telemetry"],
        "retention": {
            kind: {"purge_after_days": given["retention"][kind]["purgeAfterDays"]}
            for kind in ("sensor", "schedule")
        },
    }
