"""Three hosts that share nothing but a network: one is cut off, one killed, Redis emptied, and all is played once.

The short form of `make journey-cluster`, as a process: it goes to live in another network.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from patience import until

ROOT = Path(__file__).parents[2]
LAID_OUT = """
import sys, time
from pathlib import Path
from benchmarks.hosts.hosts import become_root, hosts

become_root(sys.executable, *sys.argv)
signal = __import__("signal")
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: sys.exit(1))
root = Path(sys.argv[2])
with hosts(root, "host-a", {"host-b": None, "host-c": None}) as cluster:
    for host in (cluster.first, *cluster.others):
        host.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        host.start("sleep.log", "sleep", "7531")
        seen = host.call("hostname").strip(), host.call("ls", root / "hosts").strip()
        assert seen == (host.name, ""), "none sees another one's disk"
    cluster.others[0].call("sh", "-c", "ip route get 10.77.0.1")
    print("laid out", flush=True)
    sys.stdin.readline()
    if sys.argv[1] == "fails":
        raise OSError("the disk is full")
    time.sleep(600)
"""


def started(*words: str) -> subprocess.Popen[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("INSPECT_", "DAGSTER_"))}
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def refused() -> str | None:
    """Why there can be no hosts within this machine, which a test must then hear, too; None: there can."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from benchmarks.hosts.hosts import become_root; become_root('true')",
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return None if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


def test_a_cut_off_worker_a_killed_host_and_an_emptied_redis_cost_no_run_and_double_none() -> None:
    process = started("-m", "benchmarks.journey_cluster", "--short")
    said, told = process.communicate()

    if why := refused():
        assert process.returncode == 3
        assert told.strip() == why.partition(": ")[2]
        return
    assert process.returncode == 0, f"{said[-6000:]}\n{told[-6000:]}"
    figures = dict(line.split()[:2] for line in said.splitlines() if " s  " not in line)
    assert (figures["runs"], figures["runs_cut_off"]) == ("12.00", "2.00")
    assert float(figures["resumed_elsewhere"]) >= 1, (
        "what was cut off before its first picture is played elsewhere"
    )
    assert float(figures["ended_error"]) >= 1, "and what was cut off later ends"


@pytest.mark.parametrize("end", ["fails", "SIGINT", "SIGTERM", "SIGKILL"])
def test_nothing_is_left_of_hosts_however_they_end(tmp_path: Path, end: str) -> None:
    with started("-c", LAID_OUT, end, str(tmp_path)) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            assert process.communicate()[1].strip().splitlines()[-1] == refused()
            return
        family = psutil.Process(process.pid).children(recursive=True)
        networks = {network for one in family if (network := network_of(one))}
        try:
            assert line == "laid out\n"
            assert len(networks - {network_of(psutil.Process())}) == 3
        finally:
            if end != "fails":
                process.send_signal(getattr(signal, end))
            process.communicate("go on")

    until(lambda: not any(map(lives, family)))
    theirs = networks - {network_of(psutil.Process())}
    until(lambda: not any(network_of(one) in theirs for one in psutil.process_iter()))
    assert "to-host" not in subprocess.run(["ip", "link"], capture_output=True, text=True, check=True).stdout


def lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def network_of(process: psutil.Process) -> str | None:
    try:
        return str(Path(f"/proc/{process.pid}/ns/net").readlink())
    except OSError:  # it has ended meanwhile
        return None
