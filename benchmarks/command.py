"""How long the command takes from a shell: its start, and 1,000 schedules through `validate`."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

SEED = 7
STARTS = 5
SCHEDULES = 1000


def measure_command(folder: Path) -> dict[str, float]:
    """Wall time of the command from the shell, and of 1,000 schedules through `validate`."""
    small, large = folder / "small", folder / "large"
    _project(small, 1)
    _project(large, SCHEDULES)
    return {
        "cli_help_s": _wall(["--help"], small),
        "cli_validate_s": _wall(["validate"], small),
        "validate_1000_schedules_s": _wall(["validate"], large),
    }


def _project(folder: Path, schedules: int) -> None:
    command = Path(sys.executable).with_name("inspect-pipelines")
    subprocess.run([command, "init"], cwd=_made(folder), check=True, stdout=subprocess.DEVNULL)
    chance = random.Random(SEED)
    entries = [
        {
            "id": f"watch-{number:04}",
            "name": f"Watch {number}",
            "enabled": True,
            "cron": f"{chance.randrange(60)} {chance.randrange(24)} * * {chance.choice(['*', '1-5'])}",
            "timezone": chance.choice(["America/New_York", "Europe/Oslo", "UTC"]),
            "playbook": "nightly",
            "timeout_minutes": 10,
            "baseline": {"enabled": True, "tolerance": 0.02},
            "notify": {"on_failure": {"slack_channel": "#qa-alerts", "mention": ["@qa"]}},
        }
        for number in range(schedules)
    ]
    if schedules > 1:
        document = {"apiVersion": "v1", "kind": "ScheduleConfig", "metadata": {"orgId": "default"}}
        lines = [f"{key}: {json.dumps(value)}" for key, value in document.items()] + ["schedules:"]
        for entry in entries:
            keys = [f"{key}: {json.dumps(value)}" for key, value in entry.items()]
            lines += [f"  - {keys[0]}", *(f"    {key}" for key in keys[1:])]
        (folder / "schedules.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _wall(words: list[str], project: Path) -> float:
    """The median of a few starts, in seconds; the first one, which may compile Python, is not counted."""
    command = [str(Path(sys.executable).with_name("inspect-pipelines")), *words]
    environment = {**os.environ, "INSPECT_HOME": str(project / ".inspect")}
    seconds = []
    for _ in range(STARTS + 1):
        began = time.perf_counter()
        done = subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, check=False
        )
        seconds.append(time.perf_counter() - began)
        assert done.returncode == 0, (done.stdout + done.stderr)[:2000]
    return statistics.median(seconds[1:])
