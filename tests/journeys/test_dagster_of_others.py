"""Dagster run by others, as plain processes over PostgreSQL with the settings that its official chart would give it; we beside it."""

from __future__ import annotations

import json
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import httpx
import sqlalchemy as sa

from dagster_chart import instance_settings, values
from journeys_commands import COMMAND, Project
from journeys_up import HeldSite, write_project
from patience import until
from postgres import a_server
from theirs import LAUNCHER, a_database, dagster_of_others

TOLD = 'timeout_minutes: 30, notify: {on_complete: {slack_channel: "#qa"}}'


@dataclass(frozen=True)
class Beside(Project):
    """A project whose ledger is in PostgreSQL, and whose Dagster is somebody else's."""

    ledger: str
    dagster_url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        theirs = {"INSPECT_DAGSTER_URL": self.dagster_url} if self.dagster_url else {}
        return {**super().environment, "INSPECT_DATABASE_URL": self.ledger, **theirs}

    def told(self, *words: str) -> list[dict[str, str]]:
        """What a command says with `--json`, in a process of its own, whose connections go with it."""
        found: list[dict[str, str]] = json.loads(self.call(*words, "--json", expected=None).stdout)
        return found


def test_what_is_published_is_played_by_a_dagster_that_others_run_and_told_by_us(
    tmp_path: Path, site: HeldSite
) -> None:
    write_project(tmp_path, site.url, "nightly")
    schedules = tmp_path / "schedules.yaml"
    schedules.write_text(schedules.read_text().replace("timeout_minutes: 30", TOLD))
    outbox = tmp_path / ".inspect" / "outbox"
    with a_server() as ledger:
        there = sa.make_url(a_database(ledger))
        given = values()
        given["postgresql"] |= {
            "postgresqlHost": "",
            "postgresqlUsername": "postgres",
            "postgresqlParams": {"host": there.query["host"]},
        }
        settings = instance_settings(given) | {
            "run_launcher": LAUNCHER
        }  # no cluster here: a process for each run
        project = Beside(tmp_path, ledger)
        environment = {**project.environment, "DAGSTER_PG_PASSWORD": "any"}
        with dagster_of_others(tmp_path / "theirs", settings, environment) as theirs:
            project = Beside(tmp_path, ledger, theirs.url)
            with (tmp_path / "daemon.out").open("wb") as out:
                daemon = subprocess.Popen(
                    [COMMAND, "daemon"], cwd=tmp_path, env=project.environment, stdout=out, stderr=out
                )
            try:
                state = project.home / "run" / "up.json"
                until(lambda: state.exists() or daemon.poll() is not None, 120)
                assert daemon.poll() is None, (tmp_path / "daemon.out").read_text()
                parts = json.loads(state.read_text())
                project.call("apply", "--yes")
                run = project.told("run", "nightly")["id"]  # type: ignore[call-overload]
                until(lambda: [*outbox.rglob("*.txt")], 300)
                checks = {one["name"]: one for one in project.told("doctor")}
                until(
                    lambda: project.told("history", "sql", "SELECT run_id, status FROM automated_runs"), 120
                )
                facts = project.told("history", "sql", "SELECT run_id, status FROM automated_runs")
                shown = httpx.get(f"{parts['web_url']}/dagster/runs", trust_env=False, timeout=120)
            finally:
                daemon.send_signal(signal.SIGTERM)
                daemon.wait(120)
            messages = sorted(outbox.rglob("*.txt"))

    assert (sorted(parts["pids"]), parts["ui_url"]) == (["web"], theirs.url)
    assert facts == [{"run_id": run, "status": "needs_review"}]
    assert len(messages) == 1
    assert checks["its daemons"]["is_ok"], checks["its daemons"]
    assert checks["our definitions there"]["found"] == "1 of 1 published, in code location 'ours'"
    assert (shown.status_code, "text/html" in shown.headers["content-type"]) == (200, True)
    assert not (project.home / "dagster" / "dagster.yaml").exists(), (
        "nobody shall look for Dagster's records here"
    )
