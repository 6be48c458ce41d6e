"""`make bench-remote`: fifty agents' sessions at once against a stand-in, our memory and our requests.

Each session is followed by a process of its own, as a run's is, and they begin at the same moment. `BENCH_ARGS="--sessions 8 --seconds 20"` is a
quick look, and nothing is written.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil

from benchmarks import report

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.playbook import Step
from open_inspect_rig import agents
from prepared import prepare
from resources.clock import SystemClock
from resources.sessions.open_inspect.pace import Pace
from session_requests import a_request
from stand_ins.open_inspect import Agent, ControlPlane

SESSIONS, SECONDS = 50, 60
WANTED = {
    "memory_mb_a_session_p95": ("<=", 60.0),
    "requests_a_second": ("<=", 25.0),
    "sessions_that_did_not_complete": ("<=", 0.0),
}
PICTURES = 8


def main() -> None:
    """Play, measure, print, and write where all of it was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    parser.add_argument("--seconds", type=int, default=SECONDS, help="how long each agent works")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), options.sessions, options.seconds)
    goals = report.goals_of(figures, WANTED)
    if (options.sessions, options.seconds) == (SESSIONS, SECONDS):
        report.write("remote", figures, goals)
    else:
        report.show(figures, goals)


def measure(home: Path, count: int, seconds: int) -> dict[str, float]:
    prepare(home)
    plane = Timed(seconds)
    context = get_context("fork")
    processes = [context.Process(target=play, args=(home, plane.url, number)) for number in range(count)]
    began = time.monotonic()
    for process in processes:
        process.start()
    memory: dict[int, float] = {}
    while any(process.is_alive() for process in processes):
        for process in processes:
            if process.is_alive() and process.pid:
                memory[process.pid] = max(memory.get(process.pid, 0.0), own_mb(process.pid))
        time.sleep(1)
    took = time.monotonic() - began
    times = sorted(at - began for at in plane.times)
    by_second = [0] * (int(took) + 1)
    for at in times:
        by_second[min(int(at), int(took))] += 1
    plane.close()
    return {
        "sessions": count,
        "agents_work_seconds": seconds,
        "took_seconds": took,
        "requests": len(times),
        "requests_a_second": len(times) / took,
        "requests_in_the_busiest_second": max(by_second),
        "requests_while_following_a_second": statistics.mean(by_second[10 : max(seconds - 5, 11)] or [0]),
        "memory_mb_a_session_p95": sorted(memory.values())[int(len(memory) * 0.95)] if memory else 0.0,
        "sessions_that_did_not_complete": sum(process.exitcode != 0 for process in processes),
    }


def own_mb(pid: int) -> float:
    """What a process has for itself; what all forks share is paid once."""
    try:
        return psutil.Process(pid).memory_full_info().uss / 1e6
    except psutil.Error:
        return 0.0


class Timed(ControlPlane):
    """Its agents work for a time, not for a number of looks; it notes when it was asked."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.times: list[float] = []
        self._seconds = seconds
        self.agent = lambda title: Agent(hangs=True)

    def answer(self, request: Any) -> Any:
        self.times.append(time.monotonic())
        return super().answer(request)

    def _go_on(self, session: Any, message: Any) -> None:
        if message.started_ms and self._now() - message.started_ms >= self._seconds * 1000:
            session.agent.hangs = False
        super()._go_on(session, message)


def play(home: Path, url: str, number: int) -> None:
    """One run's process."""
    clock = SystemClock()
    plane: Any = SimpleNamespace(url=url)
    steps = [
        Step(f"s{each}", f"S{each}", (Goto(f"/p{each}"), TakeScreenshot(f"p{each}")))
        for each in range(PICTURES)
    ]
    request = replace(a_request("https://shop.example", *steps), id=f"r{number}.1", run_id=f"r{number}")
    result = agents(plane, home, clock, pace=Pace()).play(
        request, deadline=clock.now() + timedelta(minutes=10)
    )
    raise SystemExit(0 if len(result.screenshots) == PICTURES and result.error is None else 1)


if __name__ == "__main__":
    main()
