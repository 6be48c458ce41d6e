"""Signed webhooks over HTTP to finished runs, with everything running and GitHub's API on loopback."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from journeys_commands import Project
from journeys_up import PLAYBOOK, HeldSite, Up, held_site, up
from patience import allowed, until
from stand_ins.code_host import TOKEN, GitHubStandIn, github_stand_in

SECRET = "It's a Secret to Everybody"  # the one of GitHub's documentation
SCHEDULES = """\
apiVersion: v1
kind: ScheduleConfig
metadata: {orgId: default}
triggers:
  - id: post-merge
    event: pull_request.merged
    repo: acme/shop
    branches: [main]
    paths: ["src/**", "!src/docs/**"]
    playbook: front
    timeout_minutes: 30
  - id: after-deploy
    event: deployment.completed
    environment: production
    playbook: front
    timeout_minutes: 30
"""
ORGANIZATION = """\
apiVersion: v1
kind: OrganizationConfig
metadata: {orgId: default}
sources:
  - id: github-acme
    kind: github
    secrets: "${env:WEBHOOK_SECRET}"
    token: "${env:GITHUB_API_TOKEN}"
    api_url: "%s"
"""


@pytest.fixture(scope="module")
def github() -> Iterator[GitHubStandIn]:
    with github_stand_in() as server:
        yield server


@pytest.fixture(scope="module")
def site() -> Iterator[HeldSite]:
    with held_site() as site:
        yield site


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, site: HeldSite, github: GitHubStandIn) -> Iterator[Up]:
    root = tmp_path_factory.mktemp("hooked")
    (root / "playbooks").mkdir()
    (root / "playbooks" / "front.yaml").write_text(PLAYBOOK % site.url)
    (root / "schedules.yaml").write_text(SCHEDULES)
    (root / "organization.yaml").write_text(ORGANIZATION % github.url)
    project = Project(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEBHOOK_SECRET", SECRET)
        patch.setenv("GITHUB_API_TOKEN", TOKEN)
        project.does("apply", "--yes")
        with up(project) as running:
            yield running


def deliver(running: Up, kind: str, payload: dict[str, Any], guid: str) -> httpx.Response:
    body = json.dumps(payload).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return httpx.post(
        f"{running.state['web_url']}/webhooks/github/github-acme",
        content=body,
        headers={
            "Content-Type": "application/json",
            "X-GitHub-Event": kind,
            "X-GitHub-Delivery": guid,
            "X-Hub-Signature-256": f"sha256={signature}",
        },
        trust_env=False,
        timeout=300,
    )


def a_merged_pull_request(number: int) -> dict[str, Any]:
    return {
        "action": "closed",
        "number": number,
        "pull_request": {
            "number": number,
            "merged": True,
            "draft": False,
            "title": "Round the prices <!channel>",
            "html_url": f"https://github.com/acme/shop/pull/{number}",
            "user": {"login": "ada"},
            "merge_commit_sha": "a" * 40,
            "merged_at": "2026-11-22T07:00:00Z",
            "updated_at": "2026-11-22T07:00:00Z",
            "head": {"sha": "b" * 40, "ref": "prices"},
            "base": {"ref": "main"},
            "labels": [],
            "changed_files": 2,
        },
        "repository": {"full_name": "acme/shop"},
        "sender": {"login": "bob"},
    }


def a_finished_deploy() -> dict[str, Any]:
    return {
        "action": "created",
        "deployment_status": {
            "state": "success",
            "environment": "production",
            "environment_url": "https://shop.acme.test/",
            "created_at": "2026-11-22T07:00:00Z",
        },
        "deployment": {"id": 1, "sha": "c" * 40, "ref": "main", "creator": {"login": "ada"}},
        "repository": {"full_name": "acme/shop"},
        "sender": {"login": "ada"},
    }


def ended_runs(project: Project, definition: str) -> list[dict[str, Any]]:
    listed = project.asked("runs", "list", "--definition", definition)
    return [run for run in listed if run["status"] not in ("pending", "running")]


def of_event(running: Up, event_id: str) -> list[dict[str, Any]]:
    """The ended runs that this deploy started."""
    return [run for run in ended_runs(running.project, "after-deploy") if event_id in run["origin"]]


def test_a_merged_pull_request_becomes_one_finished_run_that_knows_its_paths(
    running: Up, github: GitHubStandIn
) -> None:
    github.pull_request("acme/shop", 7, "src/price.py", "README.md")

    answers = [deliver(running, "pull_request", a_merged_pull_request(7), "d7") for _ in range(3)]
    until(lambda: ended_runs(running.project, "post-merge"), 120)

    assert {answer.status_code // 100 for answer in answers} == {2}
    (run,) = running.project.asked("runs", "list", "--definition", "post-merge")
    variables = run["variables"]
    assert run["status"] == "needs_review", run
    assert run["origin"].startswith("event:")
    assert variables["changed_paths"].split("\n") == ["README.md", "src/price.py"]
    assert (variables["pr_number"], variables["pr_author"], variables["actor"]) == ("7", "ada", "bob")
    assert variables["commit_sha"] == "a" * 40
    assert "<!channel>" not in variables["pr_title"]


def test_a_pull_request_that_touches_nothing_of_interest_starts_nothing_and_says_why(
    running: Up, github: GitHubStandIn
) -> None:
    github.pull_request("acme/shop", 8, "src/docs/a.md")
    before = len(ended_runs(running.project, "post-merge"))

    deliver(running, "pull_request", a_merged_pull_request(8), "d8")
    shown: dict[str, Any] = {}

    def is_decided() -> bool:
        shown.update(running.project.asked("triggers", "show", "post-merge"))
        return any(decision["outcome"] == "no" for decision in shown["decisions"])

    until(is_decided, 120)

    assert shown["decisions"][0]["reason"] == "none of its 1 changed paths is in src/**, !src/docs/**"
    assert len(ended_runs(running.project, "post-merge")) == before


def test_a_finished_deploy_becomes_a_run_within_seconds(running: Up) -> None:
    began = time.monotonic()

    event_id = deliver(running, "deployment_status", a_finished_deploy(), "d9").json()["id"]
    until(lambda: of_event(running, event_id), 120)

    took = time.monotonic() - began
    (run,) = of_event(running, event_id)
    assert run["status"] == "needs_review", run
    assert run["variables"]["environment"] == "production"
    assert took < allowed(60)


def test_an_event_that_is_replayed_starts_a_run_of_its_own(running: Up) -> None:
    event_id = deliver(running, "deployment_status", a_finished_deploy(), "d10").json()["id"]
    until(lambda: of_event(running, event_id), 120)

    running.project.does("events", "replay", event_id)
    until(lambda: len(of_event(running, event_id)) == 2, 120)

    assert {run["origin"] for run in of_event(running, event_id)} == {
        f"event:{event_id}:after-deploy",
        f"event:{event_id}:after-deploy@r1",
    }
