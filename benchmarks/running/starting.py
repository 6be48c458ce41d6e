"""From a launch to its first step, what a run's process takes, and how many runs a minute can be sustained."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import psutil

from benchmarks.running.servers import Servers, servers, wait_for

WARM_UP = 2
LAUNCHES = {True: 6, False: 15}  # stock or ours; each takes seconds with stock Dagster
SUSTAINED = {True: 10, False: 60}


def measure_starts(folder: Path, *, is_stock: bool) -> dict[str, float]:
    """Medians over single launches, directly and through the queue; USS of a run; runs a minute."""
    name = "stock" if is_stock else "warm"
    with servers(folder, is_stock=is_stock, with_daemon=False) as running:
        figures = {
            f"{name}_direct_first_step_p50_s": _first_step(running),
            f"{name}_run_uss_mb": _uss_of_a_run(running),
        }
    with servers(folder, is_stock=is_stock, with_daemon=True) as running:
        figures[f"{name}_queued_first_step_p50_s"] = _first_step(running)
        figures[f"{name}_noop_runs_per_minute"] = _sustained(running)
    return figures


def _first_step(running: Servers) -> float:
    seconds = []
    for _ in range(WARM_UP + LAUNCHES[running.is_stock]):
        run_id, asked = running.launch()
        seconds.append(running.first_step_at(run_id) - asked)
        running.wait(run_id)
    return statistics.median(seconds[WARM_UP:])


def _uss_of_a_run(running: Servers) -> float:
    """What a run in its step adds: unique memory of all processes that were not there before."""
    before = {process.pid for process in running.run_processes()}
    run_id, _ = running.launch("holding")
    running.first_step_at(run_id)
    time.sleep(1)
    added = [process for process in running.run_processes() if process.pid not in before]
    megabytes = sum(_uss(process) for process in added)
    running.wait(run_id)
    return megabytes


def _uss(process: psutil.Process) -> float:
    try:
        return process.memory_full_info().uss / 1e6
    except psutil.NoSuchProcess:
        return 0.0


def _sustained(running: Servers) -> float:
    """Runs a minute from the first step of the first to the end of the last, all of them queued at once."""
    run_ids = [running.launch()[0] for _ in range(SUSTAINED[running.is_stock])]
    began = running.first_step_at(run_ids[0])
    wait_for(lambda: all(running.instance.get_run_by_id(run_id).is_finished for run_id in run_ids), 900, 0.5)
    stats = [running.instance.get_run_stats(run_id) for run_id in run_ids]
    running.wait(*run_ids)
    ended = max(stat.end_time or 0.0 for stat in stats)
    return len(run_ids) / (ended - began) * 60
