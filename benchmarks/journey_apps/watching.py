"""Watching: what a user of the product does with an application: a playbook, one approval, then runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.journey_apps.applications import Application

COMMAND = str(Path(sys.executable).with_name("inspect-pipelines"))
VIEWPORTS = ("desktop", "phone")
RUN_SECONDS = 900
SCHEDULES = """\
apiVersion: v1
kind: ScheduleConfig
metadata: {orgId: default}
schedules:
  - {id: NAME, name: NAME, cron: "0 2 * * *", timezone: UTC, playbook: NAME, timeout_minutes: 14}
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What one run said of one view.

    Attributes:
        verdict: Of the view: "same", "different", "flaky" (different at first, as approved at another look), or "lost".
    """

    application: str
    route: str
    viewport: str
    run: int
    verdict: str
    score: float
    reason: str


class Watch:
    """One application's project and home, in a folder."""

    def __init__(self, application: Application, url: str, folder: Path) -> None:
        self._application = application
        self._folder = folder
        (folder / "playbooks").mkdir(parents=True)
        (folder / "schedules.yaml").write_text(SCHEDULES.replace("NAME", application.name), encoding="utf-8")
        # YAML holds all of JSON.
        playbook = json.dumps(_playbook(application, url), indent=1)
        (folder / "playbooks" / f"{application.name}.yaml").write_text(playbook + "\n", encoding="utf-8")

    def approve(self, *, visits: int = 0) -> None:
        """Publish, play once, and say yes to what was photographed.

        Args:
            visits: Runs before that, of which nothing is kept.
        """
        self._call("apply", "--yes")
        for _ in range(visits):
            self._run()
        self._run()
        self._call("baselines", "adopt", self._application.name)

    def rows(self, run: int) -> list[Row]:
        """One more run beside the approved pictures, a row a view."""
        self._run()
        dossier = json.loads(self._call("runs", "show", self._application.name, "--json"))
        by_view = {str(each["view"]): each for each in dossier["comparisons"]}
        rows = []
        for route in self._application.routes:
            for viewport in VIEWPORTS:
                view = f"{self._application.name}/{route}@{viewport}"
                rows.append(self._row(by_view.get(view), route, viewport, run, dossier))
        return rows

    def findings(self) -> list[str]:
        """What the latest run noticed beside its pictures, each once."""
        dossier = json.loads(self._call("runs", "show", self._application.name, "--json"))
        told = [
            f"{finding['severity']} {finding['kind']} {finding['step_id']}@{finding['viewport']}: {finding['message']}"
            for session in dossier["sessions"]
            for finding in session["findings"]
        ]
        return list(dict.fromkeys(told))

    def _row(
        self, found: dict[str, object] | None, route: str, viewport: str, run: int, dossier: dict[str, object]
    ) -> Row:
        name = self._application.name
        if found is None:
            said = str(dossier.get("doing") or dossier.get("reason") or dossier["status"])
            return Row(name, route, viewport, run, "lost", 1.0, said)
        view = f"{name}/{route}@{viewport}"
        flaky = [said for said in dossier["flaky"] if view in said]  # type: ignore[attr-defined]
        verdict = "different" if not found["passed"] else "flaky" if flaky else "same"
        reason = str(flaky[0] if flaky else found["reason"])
        return Row(name, route, viewport, run, verdict, float(found["score"]), reason)  # type: ignore[arg-type]

    def _run(self) -> None:
        self._call("run", self._application.name, "--wait", expected=(0, 1))

    def _call(self, *words: str, expected: tuple[int, ...] = (0,)) -> str:
        ours = {"INSPECT_HOME": str(self._folder / ".inspect"), "INSPECT_PROJECT": str(self._folder)}
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("INSPECT_", "DAGSTER_"))
        }
        done = subprocess.run(
            [COMMAND, *words],
            cwd=self._folder,
            env=kept | ours,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
        if done.returncode not in expected:
            raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout


def _playbook(application: Application, url: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Playbook",
        "metadata": {"id": application.name},
        "spec": {
            "base_url": url,
            "viewports": [
                {"name": "desktop", "width": 1280, "height": 800},
                {"name": "phone", "device": "iPhone 13"},
            ],
            "page": {"mask": [_mask(each) for each in application.masks]},
            "findings": {"fail_on": "never"},  # the pictures are what is asked about
            "steps": [
                {"id": route, "actions": [{"goto": address}, {"screenshot": route}]}
                for route, address in application.routes.items()
            ],
        },
    }


def _mask(mask: str | tuple[str, int]) -> object:
    return mask if isinstance(mask, str) else {"selector": mask[0], "width": mask[1]}
