"""What an idle `up` holds, process by process, and what a run with a browser takes."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import psutil

from inspect_pipelines.examples.demo import PROJECT, open_shop

COMMAND = str(Path(sys.executable).with_name("inspect-pipelines"))
IDLE_SECONDS = 20.0
LOOK_EVERY_SECONDS = 0.25


def measure_footprint(folder: Path) -> dict[str, float]:
    """USS in MB: `up` after a while without work, and what each kind of process of a real run held, over its time and at most."""
    home = folder / "up"
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("INSPECT_", "DAGSTER_"))},
        "INSPECT_HOME": str(home),
        "INSPECT_PROJECT": str(PROJECT),
    }
    _call(environment, "apply", "--yes")
    with _up(home, environment) as state, open_shop() as shop:
        time.sleep(IDLE_SECONDS)
        idle = {f"idle_{name}_uss_mb": _uss(pid) for name, pid in state["pids"].items()}
        idle["idle_supervisor_uss_mb"] = _uss(state["pid"])
        idle["idle_total_uss_mb"] = sum(idle.values())
        run = subprocess.Popen(
            [COMMAND, "run", "nightly-shop", "--wait", "--var", f"shop_url={shop.url}"],
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        seen: dict[str, list[float]] = defaultdict(list)
        while run.poll() is None:
            for kind, megabytes in _of_run(state["pid"], set(state["pids"].values())).items():
                seen[kind].append(megabytes)
            time.sleep(LOOK_EVERY_SECONDS)
    held = {f"run_{kind}_p50_uss_mb": statistics.median(values) for kind, values in sorted(seen.items())}
    most = {f"run_{kind}_most_uss_mb": max(values) for kind, values in sorted(seen.items())}
    return idle | held | most


def _of_run(supervisor: int, services: set[int]) -> dict[str, float]:
    """USS now by kind, of everything below `up` that is none of its services; a browser is told nothing of the home."""
    found: dict[str, float] = defaultdict(float)
    for process in psutil.Process(supervisor).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if process.pid in services:
                continue
            words = " ".join(process.cmdline())
            kind = (
                "child"
                if "engine.warm.parent" in words
                else "browser_worker"
                if "sessions.browser.worker" in words
                else "playwright_driver"
                if "node" in process.name()
                else "chromium"
                if "chrom" in words or "headless" in words
                else "other"
            )
            found[kind] += process.memory_full_info().uss / 1e6
    return found


@contextlib.contextmanager
def _up(home: Path, environment: dict[str, str]) -> Iterator[dict[str, object]]:
    process = subprocess.Popen(
        [COMMAND, "up", "--quiet", "--port", "8860"],
        env=environment,
        start_new_session=True,
    )
    try:
        give_up_at = time.monotonic() + 150
        while not (home / "run" / "up.json").exists():
            assert process.poll() is None, "`up` ended"
            assert time.monotonic() < give_up_at, "`up` did not come up"
            time.sleep(0.2)
        yield json.loads((home / "run" / "up.json").read_text())
    finally:
        process.terminate()
        process.wait(30)


def _call(environment: dict[str, str], *words: str) -> None:
    subprocess.run([COMMAND, *words], env=environment, check=True, stdout=subprocess.DEVNULL)


def _uss(pid: object) -> float:
    assert isinstance(pid, int)
    return float(psutil.Process(pid).memory_full_info().uss / 1e6)
