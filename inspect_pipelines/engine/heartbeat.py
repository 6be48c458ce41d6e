"""`python -m inspect_pipelines.engine.heartbeat SINCE`: ends when the daemon's first heartbeat after that time is there."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import dagster as dg

from inspect_pipelines.engine.coordinator import QUEUE_DAEMON
from resources.clock import SystemClock

PATIENCE_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.2


def main(since: datetime) -> int:
    """0 when it beats, 1 when it does not within a minute."""
    clock = SystemClock()
    deadline = clock.monotonic() + PATIENCE_SECONDS
    with dg.DagsterInstance.get() as instance:
        while clock.monotonic() < deadline:
            beat = instance.get_daemon_heartbeats().get(QUEUE_DAEMON)
            if beat is not None and datetime.fromtimestamp(beat.timestamp, tz=UTC) >= since:
                return 0
            clock.sleep(LOOK_EVERY_SECONDS)
    return 1


if __name__ == "__main__":
    sys.exit(main(datetime.fromisoformat(sys.argv[1])))
