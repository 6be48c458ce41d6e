"""Queue a run while a daemon is alive to take it, else launch it at once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from inspect_pipelines.engine.daemon_lock import daemon_is_alive
from resources.clock import SystemClock

QUEUE_DAEMON = "QUEUED_RUN_COORDINATOR"


class InspectRunCoordinator(dg.QueuedRunCoordinator):
    """Makes `dagster job launch` work with nothing else running; with a daemon, limits and order are Dagster's own."""

    def submit_run(self, context: dg.SubmitRunContext) -> dg.DagsterRun:
        """The run, queued or launched."""
        run = context.dagster_run
        if run.status is not dg.DagsterRunStatus.NOT_STARTED or self._daemon_is_alive():
            return super().submit_run(context)
        self._instance.launch_run(run.run_id, context.workspace)
        return self._instance.get_run_by_id(run.run_id) or run

    def _daemon_is_alive(self) -> bool:
        beat = self._instance.get_daemon_heartbeats().get(QUEUE_DAEMON)
        heartbeat = datetime.fromtimestamp(beat.timestamp, tz=UTC) if beat else None
        lock = Path(self._instance.root_directory).parent / "run" / "daemon.lock"
        return daemon_is_alive(lock, heartbeat, now=SystemClock().now())
