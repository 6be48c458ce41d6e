"""Runs as jobs of a cluster: what its API is sent fits its schema, and a pod may do no more than it has to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest
from dagster._core.launcher import WorkerStatus

from inspect_pipelines.engine.instance import ensure_instance
from inspect_pipelines.engine.k8s.template import POD
from inspect_pipelines.engine.storages import ensure_storages
from inspect_pipelines.errors import Unavailable, UsageError
from stand_ins.kubernetes import NAMESPACE, TOKEN, Cluster, a_cluster, beyond_schema, problems
from warm_parent import TESTS, Warm

IMAGE = "registry.example.com/inspect-pipelines:1.4.0"


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with a_cluster() as cluster:
        yield cluster


@dataclass
class Rig:
    """A home whose runs go into a cluster."""

    cluster: Cluster
    instance: dg.DagsterInstance
    warm: Warm

    def launch(self, **tags: str) -> str:
        run_id = self.warm.create()
        self.instance.add_run_tags(run_id, tags)
        self.instance.launch_run(run_id, None)
        return run_id

    def run(self, run_id: str) -> dg.DagsterRun:
        run = self.instance.get_run_by_id(run_id)
        assert run is not None
        return run


def setting(**config: object) -> str:
    return f"k8s {json.dumps({'image': IMAGE, **config})}"


@pytest.fixture
def rig(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    file = str(cluster.kubeconfig(tmp_path))
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("INSPECT_RUN_LAUNCHER", setting(kubeconfig=file, nodes={"pool": "browsers"}))
    with dg.DagsterInstance.from_config(str(ensure_storages(tmp_path / "home"))) as instance:
        yield Rig(cluster, instance, Warm(tmp_path / "home", instance, None))  # type: ignore[arg-type]  # no parent


def test_a_run_is_a_job_that_fits_the_schema_and_may_do_no_more_than_it_has_to(rig: Rig) -> None:
    asked = json.dumps({"pod_spec_config": {"host_network": True}})
    run_id = rig.launch(**{"dagster-k8s/config": asked})

    (job,) = rig.cluster.jobs.values()
    spec = job["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    assert rig.cluster.refused == []
    assert "hostNetwork" not in spec, "what a run's own tags ask for is not heard"
    assert spec["automountServiceAccountToken"] is False
    assert spec["serviceAccountName"] == "inspect-run"
    assert spec["nodeSelector"] == {"pool": "browsers"}
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] == 10001
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "privileged": False,
        "readOnlyRootFilesystem": True,
    }
    assert container["image"] == IMAGE
    assert container["resources"]["requests"] == {"cpu": "1", "memory": "4524Mi"}
    assert container["envFrom"] == [{"secretRef": {"name": "inspect-run"}}]
    assert {volume["name"] for volume in spec["volumes"] if "emptyDir" in volume} == {
        *("tmp", "user", "home", "shm")
    }
    assert (container["command"][-1], container["args"]) == (POD, [run_id])
    assert job["spec"]["backoffLimit"] == 0, "whether it is played again is the ledger's word"


def test_its_state_is_the_jobs_and_cancelling_deletes_it(rig: Rig) -> None:
    run_id = rig.launch()
    (name,) = rig.cluster.jobs
    launcher = rig.instance.run_launcher
    playing = launcher.check_run_worker_health(rig.run(run_id)).status
    rig.cluster.status[name] = {"failed": 1}
    died = launcher.check_run_worker_health(rig.run(run_id)).status

    heard = launcher.terminate(run_id)

    assert (playing, died) == (WorkerStatus.RUNNING, WorkerStatus.FAILED)
    assert heard
    assert rig.cluster.jobs == {}
    assert any(
        each.startswith(f"DELETE /api/v1/namespaces/{NAMESPACE}/pods/{name}") for each in rig.cluster.requests
    )
    assert rig.run(run_id).status is dg.DagsterRunStatus.CANCELING, (
        "its process says the rest, or Dagster after 30 s"
    )


@pytest.mark.parametrize(
    ("config", "token", "said"),
    [
        ({"namespace": "kube-system"}, TOKEN, '403 jobs is forbidden in the namespace "kube-system"'),
        ({}, "stolen", "401 Unauthorized"),
    ],
)
def test_what_the_cluster_refuses_is_told_and_no_job_is_made(
    cluster: Cluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    config: dict[str, str],
    token: str,
    said: str,
) -> None:
    file = str(cluster.kubeconfig(tmp_path, token))
    monkeypatch.setenv("INSPECT_RUN_LAUNCHER", setting(kubeconfig=file, **config))
    hasty = SimpleNamespace(sleep=lambda seconds: None, time=time.time)
    monkeypatch.setattr("dagster_k8s.client.time", hasty)  # it tries a 401 three times
    with dg.DagsterInstance.from_config(str(ensure_instance(tmp_path / "home"))) as instance:
        rig = Rig(cluster, instance, Warm(tmp_path / "home", instance, None))  # type: ignore[arg-type]  # no parent

        with pytest.raises(
            Unavailable, match=r"in namespace '\S+': the cluster says .*; correct INSPECT_RUN"
        ) as told:
            rig.launch()

    assert said.partition(" ")[2] in str(told.value)

    assert said in cluster.refused
    assert cluster.jobs == {}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"image": "inspect-pipelines"}, "name its version"),
        ({"image": "inspect-pipelines:latest"}, "name its version"),
        ({"cpu": "many"}, "write a number of cores"),
        ({"kubeconfig": "/nowhere"}, "there is no cluster in '/nowhere'"),
        ({}, "there is no cluster around this process"),
    ],
)
def test_a_setting_that_cannot_work_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: dict[str, str], said: str
) -> None:
    monkeypatch.setenv("INSPECT_RUN_LAUNCHER", setting(**config))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)

    home = str(ensure_instance(tmp_path / "home"))
    with dg.DagsterInstance.from_config(home) as instance, pytest.raises(UsageError, match=said):
        assert instance.run_launcher


def test_the_pods_command_plays_the_run_and_says_when_dagster_does_not_know_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = rig.launch()
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}

    def pod(run: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", POD, run], env=environment, capture_output=True, text=True, check=False
        )

    played, unknown = pod(run_id), pod("7f1f0000-0000-4000-8000-000000000000")

    assert played.returncode == 0, played.stderr
    assert rig.run(run_id).status is dg.DagsterRunStatus.SUCCESS
    assert unknown.returncode == 1
    assert "Dagster knows no run '7f1f" in unknown.stderr


def a_manifest(rig: Rig) -> dict[str, Any]:
    rig.launch()
    (job,) = rig.cluster.jobs.values()
    found: dict[str, Any] = json.loads(json.dumps(job))
    return found


def test_the_stand_in_is_as_strict_as_the_api(rig: Rig) -> None:
    job = a_manifest(rig)
    spec = job["spec"]["template"]["spec"]
    assert problems(job) == beyond_schema(job) == []

    spec["container"] = spec["containers"][0]
    spec["containers"][0]["securityContext"]["readOnlyRootFilesystem"] = "true"
    spec["containers"][0]["volumeMounts"][0]["name"] = "elsewhere"
    del spec["containers"][0]["name"]
    job["metadata"]["name"] = "Run_1"

    found = problems(job)
    assert ".spec.template.spec.container is unknown" in found
    assert any("readOnlyRootFilesystem is 'true', no bool" in each for each in found)
    assert any("`name`, must not be `None`" in each for each in found)
    assert beyond_schema(job) == ["metadata.name is no DNS label", "elsewhere is mounted, and is no volume"]
