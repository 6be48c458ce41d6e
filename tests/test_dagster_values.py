"""Our values for Dagster's official chart: keys that it has, classes and settings of ours, and settings that Dagster loads."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from dagster_chart import VALUES, instance_settings, unknown, values
from inspect_pipelines.config.settings import PREFIX, Settings
from inspect_pipelines.engine.home import home_of
from inspect_pipelines.engine.k8s.template import HOME, USER
from postgres import a_server
from theirs import a_database

CHART = VALUES.parent / "chart"
CLUSTER = """
apiVersion: v1
kind: Config
current-context: a
clusters: [{name: a, cluster: {server: "http://127.0.0.1:9"}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
users: [{name: a, user: {}}]
"""


def parts(given: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What runs in a pod, by name."""
    (code,) = given["dagster-user-deployments"]["deployments"]
    return {"webserver": given["dagsterWebserver"], "daemon": given["dagsterDaemon"], "code": code}


def problems(given: dict[str, Any]) -> list[str]:
    """What is wrong with the values."""
    wrong = [f"{key} is no key of the chart" for key in unknown(given)]
    launcher = given["runLauncher"]["config"]["customRunLauncher"]
    for name, part in parts(given).items():
        image = f"{part['image']['repository']}:{part['image']['tag']}"
        if image != launcher["config"]["image"]:
            wrong.append(f"{name} is another image than runs are")
        if (part["podSecurityContext"]["runAsNonRoot"], part["podSecurityContext"]["runAsUser"]) != (
            True,
            USER,
        ):
            wrong.append(f"{name} may run as somebody else")
        may = part["securityContext"]
        if (
            not may["readOnlyRootFilesystem"]
            or may["allowPrivilegeEscalation"]
            or may["capabilities"] != {"drop": ["ALL"]}
        ):
            wrong.append(f"{name} may more than it must")
        volumes = {one["name"] for one in part["volumes"]}
        wrong += [f"{name} mounts no volume" for one in part["volumeMounts"] if one["name"] not in volumes]
        for one in part["env"]:
            field = one["name"].removeprefix(PREFIX).lower()
            if one["name"].startswith(PREFIX) and field not in Settings.model_fields:
                wrong.append(f"{name} sets {one['name']}, which is no setting")
            if re.search("PASSWORD|KEY|DATABASE", one["name"]):
                wrong.append(f"{name} has a secret written into it")
    return wrong


def test_the_values_are_keys_of_the_chart_and_no_pod_may_more_than_it_must() -> None:
    assert problems(values()) == []


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda given: given.update(dagit={}), "dagit is no key"),
        (lambda given: given["runLauncher"]["config"].update(ours={}), "runLauncher.config.ours is no key"),
        (
            lambda given: parts(given)["code"].update(dagsterGrpcArgs=[]),
            "deployments.dagsterGrpcArgs is no key",
        ),
        (lambda given: parts(given)["daemon"]["image"].update(tag="other"), "daemon is another image"),
        (
            lambda given: parts(given)["code"]["podSecurityContext"].update(runAsUser=0),
            "code may run as somebody",
        ),
        (
            lambda given: parts(given)["code"]["securityContext"].update(readOnlyRootFilesystem=False),
            "may more",
        ),
        (lambda given: parts(given)["code"]["volumeMounts"].append({"name": "x"}), "code mounts no volume"),
        (lambda given: parts(given)["code"]["env"].append({"name": "INSPECT_HOEM"}), "is no setting"),
        (
            lambda given: parts(given)["code"]["env"].append({"name": "INSPECT_LOGINS_KEY"}),
            "a secret written",
        ),
    ],
)
def test_each_problem_is_seen(spoil: Callable[[dict[str, Any]], None], problem: str) -> None:
    given = copy.deepcopy(values())
    spoil(given)
    assert problem in " ".join(problems(given))


def test_both_charts_mean_the_same_home_the_same_path_and_the_same_port() -> None:
    given, chart = values(), yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    web = given["dagsterWebserver"]
    (url,) = {
        one["value"]
        for part in parts(given).values()
        for one in part["env"]
        if one["name"] == "INSPECT_DAGSTER_URL"
    }
    homes = {
        one["value"] for part in parts(given).values() for one in part["env"] if one["name"] == "INSPECT_HOME"
    }
    mounts = {
        one["mountPath"]
        for part in parts(given).values()
        for one in part["volumeMounts"]
        if one["name"] == "home"
    }

    assert url == f"http://dagster-webserver:{web['service']['port']}{web['pathPrefix']}"
    assert url in (CHART / "values.yaml").read_text("utf-8")
    assert chart["dagster"]["url"] == "", "the daemon runs one, unless it is said otherwise"
    assert web["readinessProbe"]["httpGet"] == {
        "path": f"{web['pathPrefix']}/server_info",
        "port": web["service"]["port"],
    }
    assert homes == mounts == {HOME}
    assert parts(given)["code"]["codeServerArgs"] == ["-m", "inspect_pipelines.definitions"]


def test_dagster_loads_the_settings_that_the_chart_makes_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a real PostgreSQL for its records, and the address of a cluster that nobody asks yet."""
    (tmp_path / "cluster.yaml").write_text(CLUSTER)
    given = values()
    launcher = given["runLauncher"]["config"]["customRunLauncher"]
    launcher["config"]["kubeconfig"] = str(tmp_path / "cluster.yaml")
    monkeypatch.setenv("DAGSTER_PG_PASSWORD", "any")
    monkeypatch.setenv("INSPECT_DAGSTER_URL", "http://dagster-webserver:8480/dagster")
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "ours"))
    with a_server() as server:
        a_database(server)
        folder = server.partition("host=")[2]
        given["postgresql"] |= {
            "postgresqlHost": "",
            "postgresqlUsername": "postgres",
            "postgresqlParams": {"host": folder},
        }
        (tmp_path / "dagster.yaml").write_text(json.dumps(instance_settings(given)))
        with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
            kinds = [instance.run_coordinator, instance.run_launcher, instance.compute_log_manager]
            limits = instance.get_concurrency_config().run_queue_config
            instance.get_runs_count()
            home = home_of(instance)

    assert [type(one).__name__ for one in kinds] == ["InspectRunCoordinator", "InspectK8sLauncher", "RunLogs"]
    assert limits is not None
    assert (limits.max_concurrent_runs, len(limits.tag_concurrency_limits)) == (20, 3)
    assert home == tmp_path / "ours", "DAGSTER_HOME is theirs"
    for one in (launcher, given["computeLogManager"]["config"]["customComputeLogManager"]):
        assert hasattr(import_module(one["module"]), one["class"])
