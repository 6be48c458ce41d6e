"""How `up` and `worker` are asked to end, and the end of `up`.

There nobody starts anything new, runs conclude, the last facts are written; within ten seconds.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

import psutil

from inspect_pipelines.engine.processes import Child
from inspect_pipelines.engine.services import Say, Services
from inspect_pipelines.ports.clock import Clock

# counted from the first signal
STARTERS_SECONDS = 2.0
RUNS_SECONDS = 6.5  # a run closes its browser and concludes as cancelled
ALL_SECONDS = 9.5
LOOK_EVERY_SECONDS = 0.05
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stops:
    """How often somebody asked this process to end; who asks again is in a hurry."""

    def __init__(self) -> None:
        self.count = 0

    @contextlib.contextmanager
    def heard(self) -> Iterator[None]:
        """Count signals for a block, in place of whatever they did before."""

        def ask(signal_number: int, frame: FrameType | None) -> None:
            self.count += 1

        before = {number: signal.signal(number, ask) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def stop_in_order(
    services: Services,
    clock: Clock,
    say: Say,
    hurried: Callable[[], bool],
    runs: Callable[[], Sequence[psutil.Process]] = tuple,
) -> None:
    """Daemon and UI, then the runs and their code servers, then the web process, which writes what the runs left.

    What does not end in time is killed.

    Args:
        services: Some may never have started.
        clock: Counts the seconds.
        say: Told about runs that are cut short.
        hurried: Whether somebody asked again: everything is killed at once.
        runs: The run processes outside of the code servers.
    """
    began = clock.monotonic()

    def wait_for(children: Sequence[Child], seconds: float) -> None:
        while any(child.is_alive for child in children):
            if hurried() or clock.monotonic() - began > seconds:
                break
            clock.sleep(LOOK_EVERY_SECONDS)
        for child in children:
            child.kill()

    starters = [child for one in (services.daemon, services.ui) if one for child in one.children()]
    _terminate(starters)
    wait_for(starters, STARTERS_SECONDS)
    servers = services.code.children() if services.code else []
    parents = services.warm.children() if services.warm else []
    forked = list(runs())
    workers = [*forked, *(worker for server in servers for worker in server.workers())]
    if workers:
        is_or_are = "run in progress is" if len(workers) == 1 else "runs in progress are"
        say(
            f"{len(workers)} {is_or_are} cancelled with it: rules of `on_complete` are told, no others; "
            "play it again with: inspect-pipelines runs retry RUN"
        )
    for worker in workers:
        with contextlib.suppress(psutil.NoSuchProcess):
            worker.send_signal(signal.SIGINT)
    for parent in parents:
        parent.interrupt()  # no run that waits for room is started any more
    _terminate(servers)
    wait_for([*servers, *parents], RUNS_SECONDS)
    _outlive(forked, clock, lambda: hurried() or clock.monotonic() - began > RUNS_SECONDS)
    _terminate(services.web.children())
    wait_for(services.web.children(), ALL_SECONDS)


def _outlive(runs: Sequence[psutil.Process], clock: Clock, is_over: Callable[[], bool]) -> None:
    """Wait for run processes that are nobody's children any more, and kill what stays; their browsers go with them."""
    while any(_lives(run) for run in runs) and not is_over():
        clock.sleep(LOOK_EVERY_SECONDS)
    for run in runs:
        with contextlib.suppress(psutil.NoSuchProcess):
            run.kill()


def _lives(run: psutil.Process) -> bool:
    try:
        return run.is_running() and run.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _terminate(children: Sequence[Child]) -> None:
    for child in children:
        child.terminate()
