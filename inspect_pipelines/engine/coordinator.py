"""Queue a run while a daemon is alive to take it, else launch it at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import dagster as dg
from dagster._core.run_coordinator.queued_run_coordinator import RunQueueConfig

from assets import tags
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Limits
from inspect_pipelines.engine.daemon_lock import daemon_is_alive
from inspect_pipelines.engine.home import home_of
from resources.clock import SystemClock
from resources.publication import FilePublication

UNPUBLISHED = ((Naming(DEFAULT_ORG), Limits()),)  # what waits although the publication was lost
QUEUE_DAEMON = "QUEUED_RUN_COORDINATOR"


def tag_limits(naming: Naming, limits: Limits) -> list[dict[str, Any]]:
    """An organisation's limits as Dagster writes them: so many runs in progress for a value, or each value, of a tag."""
    each = {"applyLimitPerUniqueValue": True}
    return [
        {"key": tags.ORG, "value": naming.org_id, "limit": limits.organization},
        {"key": naming.tag(tags.REPO), "value": each, "limit": limits.repository},
        {"key": naming.tag(tags.HOST), "value": each, "limit": limits.target_host},
    ]


class InspectRunCoordinator(dg.QueuedRunCoordinator):
    """Makes `dagster job launch` work with nothing else running; with a daemon, limits and order are Dagster's own."""

    def submit_run(self, context: dg.SubmitRunContext) -> dg.DagsterRun:
        """The run, queued or launched."""
        run = context.dagster_run
        if run.status is not dg.DagsterRunStatus.NOT_STARTED or self._daemon_is_alive():
            return super().submit_run(context)
        self._instance.launch_run(run.run_id, context.workspace)
        return self._instance.get_run_by_id(run.run_id) or run

    def get_run_queue_config(self) -> RunQueueConfig:
        """Dagster's own settings, and the published limits as tag limits beside theirs; the daemon asks anew on every turn."""
        settings = super().get_run_queue_config()
        published = FilePublication(home_of(self._instance)).limits() or UNPUBLISHED
        limits = [limit for naming, its in published for limit in tag_limits(naming, its)]
        return settings._replace(tag_concurrency_limits=[*settings.tag_concurrency_limits, *limits])

    def _daemon_is_alive(self) -> bool:
        beat = self._instance.get_daemon_heartbeats().get(QUEUE_DAEMON)
        heartbeat = datetime.fromtimestamp(beat.timestamp, tz=UTC) if beat else None
        lock = home_of(self._instance) / "run" / "daemon.lock"
        return daemon_is_alive(lock, heartbeat, now=SystemClock().now())
