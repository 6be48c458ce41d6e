"""What a run's pod looks like in a cluster: nothing writable but what is gone with it, no root, no way to the cluster's API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

USER = 10001  # of deploy/Dockerfile
HOME = "/var/lib/inspect"
POD = "inspect_pipelines.engine.k8s.pod"
# Longer than Dagster lets a run be in progress, for what it forgot to end; from the pod's creation, in seconds.
DEADLINE_SECONDS = 6 * 3600
KEPT_SECONDS = 3600  # a job that has ended, for who looks at its pod
GRACE_SECONDS = 30  # an interrupted run closes its browser and concludes in two
SHARED_MEMORY_MB = 1024  # what Chromium's processes hand each other; counts as the pod's memory


@dataclass(frozen=True, slots=True)
class Pod:
    """What an operator says of it.

    Args:
        image: With its version: pictures of two images are not alike.
        secret: Of the namespace; its keys are the variables of the run, INSPECT_DATABASE_URL among them.
        cpu: As Kubernetes writes it.
        memory_mb: What one browser session may take together.
    """

    image: str
    secret: str
    cpu: str
    memory_mb: int
    nodes: dict[str, str] = field(default_factory=dict)  # labels that a node must have

    def config(self) -> dict[str, Any]:
        """dagster-k8s's `run_k8s_config`."""
        scratch = {
            "tmp": ("/tmp", {"size_limit": "2Gi"}),  # noqa: S108 the pod's own
            "user": ("/home/inspect", {"size_limit": "512Mi"}),
            "home": (HOME, {"size_limit": "4Gi"}),
            "shm": ("/dev/shm", {"medium": "Memory", "size_limit": f"{SHARED_MEMORY_MB}Mi"}),  # noqa: S108
        }
        memory = f"{self.memory_mb + SHARED_MEMORY_MB}Mi"
        return {
            "container_config": {
                "command": ["/usr/bin/tini", "--", "python", "-m", POD],
                "env": [
                    {"name": "HOME", "value": "/home/inspect"},
                    {"name": "INSPECT_HOME", "value": HOME},
                    {"name": "INSPECT_SESSION_MEMORY_MB", "value": str(self.memory_mb)},
                ],
                "env_from": [{"secret_ref": {"name": self.secret}}],
                "resources": {
                    "requests": {"cpu": self.cpu, "memory": memory},
                    "limits": {"memory": memory},
                },
                "security_context": {
                    "allow_privilege_escalation": False,
                    "capabilities": {"drop": ["ALL"]},
                    "privileged": False,
                    "read_only_root_filesystem": True,
                },
                "volume_mounts": [{"name": name, "mount_path": path} for name, (path, _) in scratch.items()],
            },
            "pod_spec_config": {
                "automount_service_account_token": False,
                "enable_service_links": False,
                "security_context": {
                    "fs_group": USER,
                    "run_as_group": USER,
                    "run_as_non_root": True,
                    "run_as_user": USER,
                    "seccomp_profile": {"type": "RuntimeDefault"},
                },
                "termination_grace_period_seconds": GRACE_SECONDS,
                "volumes": [{"name": name, "empty_dir": kind} for name, (_, kind) in scratch.items()],
                **({"node_selector": self.nodes} if self.nodes else {}),
            },
            "job_spec_config": {
                "active_deadline_seconds": DEADLINE_SECONDS,
                "backoff_limit": 0,
                "ttl_seconds_after_finished": KEPT_SECONDS,
            },
        }
