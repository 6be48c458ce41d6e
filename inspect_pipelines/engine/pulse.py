"""The pulse: whether a process that lives still does its work.

`python -m inspect_pipelines.engine.pulse grpc SOCKET` and `.. http HOST PORT` end with 0 when somebody answers there, and
with 1 when nobody does in time. The supervisor asks so, in another process, since it has one thread and must not wait.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress

import psutil

from inspect_pipelines.engine.addresses import answers
from inspect_pipelines.engine.processes import Child

HELD = (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)
HELD_SECONDS = 20.0  # a debugger that only looks lets go sooner
ASK_EVERY_SECONDS = 15.0
ANSWER_SECONDS = 10.0
SILENT_SECONDS = 60.0  # a loaded machine is slow, and ending what works costs more than a minute of waiting
NO_ANSWER = 1


class Pulse:
    """Of one process at a time.

    Args:
        ask: Starts a process that ends with NO_ANSWER when it gets none; None: only what the kernel says counts.
    """

    def __init__(self, ask: Callable[[], Child] | None = None) -> None:
        self._ask = ask
        self._pid = 0
        self._heard_at = self._asked_at = self._free_at = 0.0  # monotonic seconds
        self._asking: Child | None = None

    def trouble(self, child: Child, now: float) -> str | None:
        """Why it is taken for one that will never go on by itself; a clause."""
        if child.pid != self._pid:  # a new one
            self._pid, self._heard_at, self._free_at, self._asked_at = child.pid, now, now, now
            self._end_asking()
        if not _is_held(child.pid):
            self._free_at = now
        if now - self._free_at >= HELD_SECONDS:
            return f"stood still for {now - self._free_at:.0f} s (stopped by a signal or a debugger)"
        self._listen(now)
        if now - self._heard_at >= SILENT_SECONDS:
            return f"did not answer for {now - self._heard_at:.0f} s"
        return None

    def _listen(self, now: float) -> None:
        if self._ask is None:
            self._heard_at = now
        elif self._asking is None:
            if now - self._asked_at >= ASK_EVERY_SECONDS:
                self._asking, self._asked_at = self._ask(), now
        elif not self._asking.is_alive:
            if (
                self._asking.exit_code != NO_ANSWER
            ):  # one that could not even ask says nothing about the other
                self._heard_at = now
            self._asking = None

    def _end_asking(self) -> None:
        if self._asking is not None:
            self._asking.kill()
            self._asking = None


def _is_held(pid: int) -> bool:
    with suppress(psutil.Error):
        return psutil.Process(pid).status() in HELD
    return False


def main(kind: str, *where: str) -> int:
    """0 when somebody answers there."""
    if kind == "http":
        host, port = where
        return 0 if answers(host, int(port), "/health", timeout_seconds=ANSWER_SECONDS) else NO_ANSWER
    import grpc
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    with grpc.insecure_channel(f"unix:{where[0]}") as channel:
        try:
            health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(service="DagsterApi"), timeout=ANSWER_SECONDS
            )
        except grpc.RpcError:
            return NO_ANSWER
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
