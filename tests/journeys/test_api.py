"""The API as a program uses it, in front of everything that `up` runs: start a run, follow it, look at its picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from journeys_up import held_site, up, write_project
from patience import until

OPEN = ("pending", "running")


@pytest.mark.timeout(600)
def test_a_run_is_started_followed_and_looked_at_over_http(tmp_path: Path) -> None:
    with held_site() as site:
        project = write_project(tmp_path, site.url, "nightly")
        project.call("apply", "--yes")
        with (
            up(project) as running,
            httpx.Client(base_url=f"{running.state['web_url']}/api/v1", trust_env=False, timeout=20) as api,
        ):
            wish: dict[str, Any] = {"json": {}, "headers": {"Idempotency-Key": "journey"}}

            started = api.post("/schedules/nightly/run-now", **wish)
            again = api.post("/schedules/nightly/run-now", **wish)
            run = started.json()["id"]
            until(lambda: api.get(f"/runs/{run}").json()["status"] not in OPEN, 120)
            ended = api.get(f"/runs/{run}").json()
            (shot, *_) = api.get(f"/runs/{run}/screenshots").json()["items"]
            picture = api.get(f"/runs/{run}/pictures/{shot['sha256']}")
            listed = api.get("/runs", params={"schedule_id": "nightly"}).json()

            assert "whoever uses this machine" in running.said
            assert (started.status_code, again.json()["id"]) == (202, run)
            assert (ended["status"], ended["requested_by"]) == ("needs_review", "local")
            assert picture.content.startswith(b"\x89PNG")
            assert [one["id"] for one in listed["items"]] == [run]
            assert listed["next"] is None
