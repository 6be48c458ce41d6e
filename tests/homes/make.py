"""Make a home as the installed inspect-pipelines makes it, and freeze it: `python make.py COMMAND ARCHIVE`.

Only commands and HTTP are used, never our modules, so that this script works with the version of any commit: check
that commit out, install it, and name its `inspect-pipelines`. See README.md.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

SITE_PORT = 8471  # in the definitions that are frozen, so it does not vary
SECRET = "a secret of the frozen home"
LEFT_OUT = ("dagster", "logs", "run", "reports", ".telemetry", "demo")  # Dagster's own, and what is made anew

PLAYBOOK = f"""\
apiVersion: v1
kind: Playbook
metadata: {{id: front, name: Front page}}
spec:
  base_url: "http://127.0.0.1:{SITE_PORT}"
  viewports: [{{name: small, width: 320, height: 240}}]
  steps:
    - id: home
      name: Home
      actions: [{{goto: /}}, {{screenshot: home}}]
    - id: pay
      name: Pay
      actions: [{{goto: /pay}}, {{screenshot: pay}}]
"""
SCHEDULES = """\
apiVersion: v1
kind: ScheduleConfig
metadata: {orgId: default}
schedules:
  - id: front-nightly
    name: Front page, nightly
    cron: "0 2 * * *"
    timezone: Europe/Oslo
    playbook: front
    timeout_minutes: 5
    retries: {infra: 0, finding: 0, visual: 0}
    notify:
      on_failure: {slack_channel: "#qa", webhook: hook, mention: ["@qa"]}
      on_recovery: {slack_channel: "#qa"}
triggers:
  - id: after-deploy
    name: After a deploy
    event: deployment.completed
    environment: production
    playbook: front
    timeout_minutes: 5
    notify:
      on_needs_review: {email: qa@acme.example}
"""
# `hook` has no address here, so its messages wait; every other target has no channel and gets files
ORGANIZATION = """\
apiVersion: v1
kind: OrganizationConfig
metadata: {orgId: default}
sources:
  - {id: github-acme, kind: github, secrets: "${env:WEBHOOK_SECRET}"}
channels:
  hook: {kind: webhook, url: "${env:HOOK_URL}", secret: "${env:HOOK_SECRET}", allow_private: ["127.0.0.1"]}
"""


class Site(ThreadingHTTPServer):
    """Two pages of boxes without text; one of them can be broken."""

    daemon_threads = True
    is_broken = False


class Page(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        colour = "#c00000" if self.server.is_broken and self.path == "/pay" else "#006040"
        box = f"<button style='all:unset;display:block;width:120px;height:60px;margin:40px;background:{colour}' aria-label='Pay'></button>"
        body = f"<!doctype html><title>Front</title><body style='margin:0;background:#f4f4f4'>{box}".encode()
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Maker:
    def __init__(self, command: str, root: Path) -> None:
        self.command = command
        self.root = root
        ours = {
            "INSPECT_HOME": str(root / "home"),
            "INSPECT_PROJECT": str(root),
            "WEBHOOK_SECRET": SECRET,
        }
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("INSPECT_", "DAGSTER_"))
        }
        self.environment = kept | ours

    def call(self, *words: str, expected: int = 0) -> str:
        done = subprocess.run(
            [self.command, *words],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        print(f"$ {' '.join(words)}\n{done.stdout}{done.stderr}", flush=True)
        if done.returncode != expected:
            raise SystemExit(f"{words} ended with {done.returncode}, not {expected}")
        return done.stdout

    def asked(self, *words: str) -> Any:
        return json.loads(self.call(*words, "--json"))


def main(command: str, archive: Path) -> None:
    with Site(("127.0.0.1", SITE_PORT), Page) as site, tempfile.TemporaryDirectory(prefix="home-") as folder:
        Thread(target=site.serve_forever, daemon=True).start()
        root = Path(folder)
        (root / "playbooks").mkdir()
        (root / "playbooks" / "front.yaml").write_text(PLAYBOOK)
        (root / "schedules.yaml").write_text(SCHEDULES)
        (root / "organization.yaml").write_text(ORGANIZATION)
        live(Maker(command, root), site)
        site.shutdown()
        freeze(root, archive)


def live(maker: Maker, site: Site) -> None:
    """What happens in the home, in this order."""
    maker.call("apply", "--yes")
    maker.call("run", "front-nightly", "--wait", expected=1)
    maker.call("baselines", "adopt", "front-nightly")
    maker.call("run", "front-nightly", "--wait")
    with_events(maker)
    site.is_broken = True
    maker.call("run", "front-nightly", "--wait", expected=1)
    maker.call("run", "front-nightly", "--wait", expected=1)
    (incident,) = (one for one in maker.asked("incidents", "list") if one["kind"] == "visual")
    maker.call("history", "sql", "SELECT count(*) FROM automated_runs")
    maker.call("incidents", "ack", incident["id"])  # told to the history by whoever publishes next
    maker.call("notifications", "list")
    maker.call("events", "list")


def with_events(maker: Maker) -> None:
    """Two deploys: one starts a run, one is of another environment."""
    with (maker.root / "up.out").open("wb") as out:
        up = subprocess.Popen(
            [maker.command, "up"], cwd=maker.root, env=maker.environment, stdout=out, stderr=out
        )
        try:
            until(lambda: "up after" in (maker.root / "up.out").read_text())
            state = json.loads((maker.root / "home" / "run" / "up.json").read_text())
            deliver(state["web_url"], "staging", "d1")
            deliver(state["web_url"], "production", "d2")
            until(
                lambda: any(
                    run["completed_at"] for run in maker.asked("runs", "list", "--definition", "after-deploy")
                )
            )
            time.sleep(2)  # its message is a file by then
        finally:
            up.terminate()
            up.wait(60)


def deliver(url: str, environment: str, guid: str) -> None:
    told = {
        "action": "created",
        "deployment_status": {
            "state": "success",
            "environment": environment,
            "created_at": "2026-11-22T07:00:00Z",
        },
        "deployment": {"id": 1, "sha": "c" * 40, "ref": "main", "creator": {"login": "ada"}},
        "repository": {"full_name": "acme/shop"},
        "sender": {"login": "ada"},
    }
    body = json.dumps(told).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/json",
        "x-github-event": "deployment_status",
        "x-github-delivery": guid,
        "x-hub-signature-256": f"sha256={signature}",
    }
    request = urllib.request.Request(f"{url}/webhooks/github/github-acme", body, headers)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(20):
        try:
            with direct.open(request, timeout=10) as answer:
                print(answer.read().decode(), flush=True)
                return
        except urllib.error.HTTPError as error:  # the source is known a moment after `up`
            print(error, flush=True)
            time.sleep(0.5)
    raise SystemExit("no delivery was taken")


def until(condition: Callable[[], object], seconds: float = 240.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("it did not come true in time")
        time.sleep(0.5)


def freeze(root: Path, archive: Path) -> None:
    """The home, without what is Dagster's or of one machine only."""

    def kept(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        parts = Path(entry.name).parts
        if len(parts) > 1 and parts[1] in LEFT_OUT:
            return None
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        return entry

    with tarfile.open(archive, "w:xz") as opened:
        opened.add(root / "home", "home", filter=kept)
    print(f"{archive}: {archive.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
