"""Two organisations in one home, with the same ids: each runs, hears of its own, and sees nothing of the other."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from in_process import Done, command
from inspect_pipelines.examples.shop.server import Shop
from journeys_commands import Project
from journeys_up import PLAYBOOK
from patience import until
from stand_ins.webhook import SECRET, Receiver

SCHEDULES = """\
apiVersion: v1
kind: ScheduleConfig
schedules:
  - id: nightly-front
    name: Front
    cron: "0 2 * * *"
    timezone: UTC
    playbook: front
    timeout_minutes: 30
    notify: {on_complete: {webhook: qa}}
"""
RUN = ("run", "nightly-front", "--wait", "--json")
ORGANIZATION = """\
apiVersion: v1
kind: OrganizationConfig
metadata: {orgId: %s}
channels:
  qa: {kind: webhook, url: "%s/hooks/qa", secret: "${env:HOOK}", allow_private: 127.0.0.1}
"""


@dataclass(frozen=True)
class Tenant:
    """A project whose home is not its own, and our command line there."""

    root: Path

    def call(self, *words: str, expected: int = 0) -> Done:
        done = command(*words, cwd=self.root)
        assert done.returncode == expected, f"{words}: {done}"
        return done

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.call(*arguments).stdout)
        return rows


class Shell(Project):
    """The same as processes of their own: a run's worker outlives the command that waits for its end."""

    @property
    def home(self) -> Path:
        return self.root.parent / "home"


def a_tenant(root: Path, org_id: str, site: str, receiver: Receiver) -> Tenant:
    (root / "playbooks").mkdir(parents=True)
    (root / "playbooks" / "front.yaml").write_text(PLAYBOOK % site)
    (root / "schedules.yaml").write_text(SCHEDULES)
    (root / "organization.yaml").write_text(ORGANIZATION % (org_id, receiver.url))
    return Tenant(root)


def test_two_organisations_with_the_same_ids_run_alert_and_are_queried_side_by_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", SECRET)
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("INSPECT_PROJECT", raising=False)
    receivers = {"acme": Receiver(), "beta-corp": Receiver()}
    with Shop() as shop:
        tenants = {
            org_id: a_tenant(tmp_path / org_id, org_id, shop.url, receiver)
            for org_id, receiver in receivers.items()
        }
        for tenant in tenants.values():
            tenant.call("apply", "--yes")
        ran = {
            org_id: json.loads(Shell(tenant.root).call(*RUN, expected=1).stdout)
            for org_id, tenant in tenants.items()
        }
        until(lambda: all(receiver.handled for receiver in receivers.values()))  # a run's last op sends
    for receiver in receivers.values():
        receiver.close()
    acme, beta = tenants.values()

    # Both ran, each in its own organisation, under the name that Dagster knows it by.
    assert {org_id: (run["org_id"], run["status"]) for org_id, run in ran.items()} == {
        "acme": ("acme", "needs_review"),
        "beta-corp": ("beta-corp", "needs_review"),
    }
    assert in_dagster() == {
        "jobs": {"nightly_front": "acme", "beta_corp__nightly_front": "beta-corp"},
        "schedules": ["beta_corp__nightly_front_schedule", "nightly_front_schedule"],
        "assets": [
            "beta_corp__nightly_front/comparisons",
            "beta_corp__nightly_front/screenshots",
            "nightly_front/comparisons",
            "nightly_front/screenshots",
        ],
        "trends of": ["_beta_corp__history", "_history"],
    }

    # Each channel heard of its own run, once.
    for org_id, receiver in receivers.items():
        (said,) = receiver.handled.values()
        assert ran[org_id]["id"] in json.dumps(said)

    # Side by side: by the project's folder, by --org, and in one history.
    for org_id, tenant in tenants.items():
        assert [run["id"] for run in tenant.rows("runs", "list", "--json")] == [ran[org_id]["id"]]
        assert [run["id"] for run in acme.rows("runs", "list", "--json", "--org", org_id)] == [
            ran[org_id]["id"]
        ]
    query = "SELECT org_id, run_id FROM automated_runs ORDER BY org_id"
    assert beta.rows("history", "sql", "--json", query) == [
        {"org_id": org_id, "run_id": run["id"]} for org_id, run in ran.items()
    ]

    # Neither finds the other's run, nor can do anything with it.
    for wrong in (("show",), ("cancel",), ("retry",)):
        refused = beta.call("runs", *wrong, ran["acme"]["id"], expected=2)
        assert f"run {ran['acme']['id']!r} does not exist" in refused.stderr
    refused = beta.call("baselines", "adopt", ran["acme"]["id"], expected=2)
    assert "does not exist" in refused.stderr
    assert acme.rows("baselines", "list", "--json") == []

    # Where nothing says which one is meant, the command asks.
    elsewhere = Tenant(tmp_path / "elsewhere")
    elsewhere.root.mkdir()
    asked = elsewhere.call("runs", "list", expected=2)
    assert (
        "this home has several organisations: 'acme', 'beta-corp'; say which one with --org ID"
        in asked.stderr
    )


def in_dagster() -> dict[str, Any]:
    """What Dagster loads for this home."""
    from inspect_pipelines.definitions import defs

    repository = defs().get_repository_def()
    assets = [key.to_user_string() for key in repository.asset_graph.get_all_asset_keys()]
    jobs = [job for job in repository.get_all_jobs() if not job.name.startswith("_")]  # ours, of the home
    return {
        "jobs": {job.name: job.run_tags[".dagster/inspect.org"] for job in jobs},
        "schedules": sorted(
            schedule.name for schedule in repository.schedule_defs if not schedule.name.startswith("_")
        ),
        "assets": sorted(name for name in assets if not name.startswith("_")),
        "trends of": sorted({name.partition("/")[0] for name in assets if name.startswith("_")}),
    }
