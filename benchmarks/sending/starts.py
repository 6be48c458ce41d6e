"""How soon an event's run is in its first step, with everything running.

Deploys are counted from the moment they were received. Debounced merges are counted from the end of their quiet period.
The end of both is the run's claim, which its first step makes: later than the step's start, never earlier.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from benchmarks import report
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.run import Run
from inspect_pipelines.ports.house import House
from inspect_pipelines.wiring import house as build

ROUNDS = 30
SECRET = "the secret of the benchmark"
PATIENCE_SECONDS = 120.0
PLAYBOOK = """\
apiVersion: v1
kind: Playbook
metadata: {id: front}
spec:
  base_url: "%s"
  viewports: [{name: desktop, width: 800, height: 600}]
  steps: [{id: home, actions: [{goto: /}, {screenshot: home}]}]
"""
SCHEDULES = """\
apiVersion: v1
kind: ScheduleConfig
triggers:
  - {id: deploys, event: deployment.completed, playbook: front}
  - {id: merges, event: push, playbook: front, debounce: {wait: 2s, max_wait: 60s}}
"""
ORGANIZATION = """\
apiVersion: v1
kind: OrganizationConfig
limits: {organization: 5, repository: 5, target_host: 5}
sources: [{id: github-acme, kind: github, secrets: "${env:BENCH_WEBHOOK_SECRET}"}]
"""


def measure_starts(rounds: int = ROUNDS) -> dict[str, float]:
    """Seconds until the first step, of deploys and of debounced merges."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-event-starts-") as folder,
        everything(Path(folder)) as place,
    ):
        house, url = place
        deploys = [_deploy(house, url, number) for number in range(rounds)]
        merges = [_merges(house, url, number) for number in range(rounds)]
    return {
        f"{name}_first_step_{at}_s": report.percentile(seconds, share)
        for name, seconds in (("deploy", deploys), ("debounced", merges))
        for at, share in (("p50", 0.5), ("p95", 0.95), ("max", 1.0))
    }


def _deploy(house: House, url: str, number: int) -> float:
    """Seconds from the delivery of one deploy to its claim."""
    payload = {
        "deployment_status": {"state": "success", "environment": "production"},
        "deployment": {"sha": f"{number:040x}", "ref": "main"},
        **WHERE,
    }
    assert send(url, "deployment_status", payload, f"deploy-{number}") == 202
    run = _ended(house, "deploys", number + 1)
    event_id = run.origin.split(":")[1]
    with house.ledger.read() as ledger:
        event = next(e for e in ledger.events.latest(limit=1000) if e.id == event_id)
    return _seconds(event.received_at, run.claimed_at)


def _merges(house: House, url: str, number: int) -> float:
    """Seconds from the end of the quiet period after three pushes to the claim of their one run."""
    for part in range(3):
        payload = {"ref": "refs/heads/main", "after": f"{number * 3 + part:040x}", "commits": [], **WHERE}
        assert send(url, "push", payload, f"push-{number}-{part}") == 202
    run = _ended(house, "merges", number + 1)
    with house.ledger.read() as ledger:
        due = max(
            batch.due_at
            for decision in ledger.answers.of_run(run.id)
            if (batch := ledger.batches.find(decision.batch_id or "")) is not None
        )
    return _seconds(due, run.claimed_at)


WHERE: dict[str, Any] = {"repository": {"full_name": "acme/shop"}, "sender": {"login": "ada"}}


def _seconds(since: datetime, until: datetime | None) -> float:
    assert until is not None
    return (until - since).total_seconds()


def send(url: str, kind: str, payload: dict[str, Any], name: str) -> int:
    """Deliver it, signed; returns the status."""
    body = json.dumps(payload).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": kind,
        "X-GitHub-Delivery": name,
        "X-Hub-Signature-256": f"sha256={signature}",
    }
    answer = httpx.post(f"{url}/webhooks/github/github-acme", content=body, headers=headers, trust_env=False)
    return answer.status_code


def _ended(house: House, trigger: str, count: int) -> Run:
    """The newest run once there are so many and all have ended: each is measured on a machine that rests."""
    found: list[Run] = []

    def have_ended() -> bool:
        with house.ledger.read() as ledger:
            found[:] = ledger.runs.latest(definition_id=DefinitionId(trigger), limit=count + 1)
        return len(found) == count and all(run.completed_at for run in found)

    until(have_ended)
    return found[0]


def until(is_true: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until it is."""
    give_up_at = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < give_up_at, "it did not come true in time"
        time.sleep(0.1)


@contextlib.contextmanager
def everything(root: Path, schedules: str = SCHEDULES) -> Iterator[tuple[House, str]]:
    """`up` with two triggers; the house of its home, and the address of its web process."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as site:
        Thread(target=site.serve_forever, daemon=True).start()
        (root / "playbooks").mkdir()
        (root / "playbooks" / "front.yaml").write_text(PLAYBOOK % f"http://127.0.0.1:{site.server_port}")
        (root / "schedules.yaml").write_text(schedules)
        (root / "organization.yaml").write_text(ORGANIZATION)
        home = root / "home"
        kept = {
            name: text for name, text in os.environ.items() if not name.startswith(("INSPECT_", "DAGSTER_"))
        }
        environment = {
            **kept,
            "INSPECT_HOME": str(home),
            "BENCH_WEBHOOK_SECRET": SECRET,
            "PYTHONPATH": str(Path.cwd()),
        }
        command = str(Path(sys.executable).with_name("inspect-pipelines"))
        subprocess.run(
            [command, "apply", "--yes"], cwd=root, env=environment, check=True, capture_output=True
        )
        with (root / "up.log").open("wb") as log:
            up = subprocess.Popen([command, "up"], cwd=root, env=environment, stdout=log, stderr=log)
        try:
            until(lambda: "up after" in (root / "up.log").read_text())
            state = json.loads((home / "run" / "up.json").read_text())
            house = build(Settings(home=home))
            yield house, state["web_url"]
            house.ledgers.close()
            house.inbox.close()
        finally:
            up.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                up.wait(30)
            up.kill()
            site.shutdown()


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Front</title><h1>Front page</h1>")

    def log_message(self, *args: object) -> None:
        """Say nothing."""
