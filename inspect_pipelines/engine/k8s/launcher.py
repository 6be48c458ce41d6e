"""Launch runs as jobs of a Kubernetes cluster, each in a pod of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg
import kubernetes
from dagster._serdes import ConfigurableClassData
from dagster_k8s import K8sRunLauncher
from dagster_k8s.client import DagsterK8sAPIRetryLimitExceeded, DagsterK8sUnrecoverableAPIError
from dagster_k8s.container_context import K8sContainerContext
from dagster_k8s.job import get_job_name_from_run_id

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.k8s.template import HOME, Pod
from inspect_pipelines.engine.launcher import HomeLauncher, order_of
from inspect_pipelines.errors import Unavailable, UsageError

if TYPE_CHECKING:
    from dagster._core.launcher import LaunchRunContext

VERSIONED = re.compile(r"^[^\s@]+(@sha256:[0-9a-f]{64}|:(?!latest$)[\w][\w.-]{0,127})$")
CPU = re.compile(r"^([1-9]\d*m?|0?\.\d+|[1-9]\d*\.\d+)$")


class InspectK8sLauncher(HomeLauncher, K8sRunLauncher):
    """dagster-k8s's launcher with a pod of ours.

    What a run's own tags say of its pod (`dagster-k8s/config`) is not heard: whoever may start a run would choose its
    rights in the cluster, too.

    Args:
        kubeconfig: Where the cluster is and who asks; None: the cluster that this process runs in.
    """

    def __init__(
        self,
        pod: Pod,
        namespace: str,
        service_account: str,
        kubeconfig: str | None = None,
        inst_data: ConfigurableClassData | None = None,
    ) -> None:
        try:
            super().__init__(
                service_account_name=service_account,
                instance_config_map="none",  # dagster-k8s asks for a name; the pod writes its dagster.yaml itself
                dagster_home=f"{HOME}/dagster",
                job_image=pod.image,
                image_pull_policy="IfNotPresent",
                load_incluster_config=kubeconfig is None,
                kubeconfig_file=kubeconfig,
                job_namespace=namespace,
                run_k8s_config=pod.config(),
                inst_data=inst_data,
            )
        except (kubernetes.config.ConfigException, OSError) as error:
            where = f"in {kubeconfig!r}" if kubeconfig else "around this process"
            raise UsageError(
                f"INSPECT_RUN_LAUNCHER is 'k8s', and there is no cluster {where}: {error}; "
                'name a file that says where it is: k8s {"image": "..", "kubeconfig": "/path"}'
            ) from error

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """`{"image": "registry.example.com/inspect-pipelines:1.4.0", "namespace": "qa"}`; the rest may be left out."""
        return {
            "image": dg.Field(str),
            "namespace": dg.Field(str, is_required=False, default_value="inspect"),
            "service_account": dg.Field(str, is_required=False, default_value="inspect-run"),
            "secret": dg.Field(str, is_required=False, default_value="inspect-run"),
            "cpu": dg.Field(str, is_required=False, default_value="1"),
            "nodes": dg.Field({str: str}, is_required=False, default_value={}),
            "kubeconfig": dg.Field(str, is_required=False),
        }

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> InspectK8sLauncher:
        """Called by Dagster.

        Raises:
            UsageError: The image has no version, the CPUs are no number, or there is no cluster.
        """
        image, cpu = config_value["image"], config_value["cpu"]
        if not VERSIONED.match(image):
            raise UsageError(
                f"the image of INSPECT_RUN_LAUNCHER is {image!r}; name its version, 'registry/inspect-pipelines:1.4.0' or "
                "its '@sha256:..', for another browser or font makes other pictures"
            )
        if not CPU.match(cpu):
            raise UsageError(
                f"`cpu` of INSPECT_RUN_LAUNCHER is {cpu!r}; write a number of cores, '1', '1.5' or '500m'"
            )
        pod = Pod(
            image, config_value["secret"], cpu, Settings().session_memory_mb, dict(config_value["nodes"])
        )
        return cls(
            pod,
            config_value["namespace"],
            config_value["service_account"],
            config_value.get("kubeconfig"),
            inst_data,
        )

    def launch_run(self, context: LaunchRunContext) -> None:
        """Make the run's job; the pod gets the run's id and nothing else.

        Raises:
            Unavailable: The run does not say where its job is defined, or the cluster refused.
        """
        order = order_of(context)
        name = get_job_name_from_run_id(order.dagster_run_id)  # type: ignore[no-untyped-call]
        try:
            self._launch_k8s_job_with_args(name, [order.dagster_run_id], context.dagster_run)
        except (DagsterK8sAPIRetryLimitExceeded, DagsterK8sUnrecoverableAPIError) as error:
            raise Unavailable(
                f"Dagster run {order.dagster_run_id!r} cannot be started in namespace {self.job_namespace!r}: "
                f"the cluster says {_said(error.k8s_api_exception)!r}; correct INSPECT_RUN_LAUNCHER or the rights of "
                "whoever asks, and start the run again"
            ) from error

    def get_container_context_for_run(self, dagster_run: dg.DagsterRun) -> K8sContainerContext:
        """What every run gets, whatever its tags say."""
        return K8sContainerContext.create_for_run(dagster_run, self, include_run_tags=False)

    @property
    def supports_run_worker_crash_recovery(self) -> bool:
        return False


def _said(error: Exception | None) -> str:
    """What the API answered, in a line."""
    try:
        message = json.loads(getattr(error, "body", None) or "{}").get("message")
    except (ValueError, AttributeError):
        message = None
    return str(message or getattr(error, "reason", None) or error)
