"""From a launch to the first page of a run that has 1,000 views, each with an approved picture: what a large plan adds to a start."""

from __future__ import annotations

import contextlib
import io
import statistics
import subprocess
import sys
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import dagster as dg
import psycopg
from PIL import Image

from benchmarks.running.servers import Servers, servers, wait_for
from benchmarks.sending.starts import _Page
from inspect_pipelines.config.settings import Settings, child_environment, lent
from inspect_pipelines.domain.baseline import Baseline, image_of
from inspect_pipelines.domain.ids import DEFAULT_ORG, BaselineId, DefinitionId, RunId
from inspect_pipelines.domain.run import Run, RunStatus, request_origin
from inspect_pipelines.domain.screenshot import Environment, Screenshot, View
from inspect_pipelines.engine.dagster_database import VARIABLE
from inspect_pipelines.ports.engine import MODULE
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.wiring import house as build
from resources.dagster.graphql import TERMINATE

COMMAND = str(Path(sys.executable).with_name("inspect-pipelines"))
VIEWS = 1000
WARM_UP, LAUNCHES = 1, 5
VIEWPORTS = ("desktop", "phone")
SCHEDULES = """\
apiVersion: v1
kind: ScheduleConfig
schedules: [{id: large, cron: "0 2 1 1 *", timezone: UTC, playbook: tour, overlap: allow}]
"""


def measure_large(folder: Path, name: str, views: int = VIEWS) -> dict[str, float]:
    """Medians in seconds, to the first step and to the one that opens a browser; storages where the environment says."""
    project = folder / f"project-{name}"
    with _site() as url:
        _write_project(project, url, views)

        def apply(home: Path) -> None:
            ours = child_environment(INSPECT_HOME=str(home), INSPECT_PROJECT=str(project))
            subprocess.run([COMMAND, "apply", "--yes"], env=ours, check=True, stdout=subprocess.DEVNULL)
            _approve(home, views)

        with servers(folder, is_stock=False, with_daemon=False, module=MODULE, prepare=apply) as running:
            seconds = [_start(running) for _ in range(WARM_UP + LAUNCHES)][WARM_UP:]
    return {
        f"{name}_{views}_views_first_step_p50_s": statistics.median(first for first, _ in seconds),
        f"{name}_{views}_views_started_p50_s": statistics.median(started for _, started in seconds),
    }


def measure_large_shared(folder: Path, views: int = VIEWS) -> dict[str, float]:
    """The same with the ledger and Dagster's storage in PostgreSQL."""
    sys.path.append(str(Path(__file__).parents[2] / "tests"))
    from postgres import a_server  # the server that the ledger's contract is tested on

    with a_server(is_durable=True) as url:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CREATE DATABASE dagster")
        dagster = url.replace("+psycopg", "+psycopg2").replace("@/postgres", "@/dagster")
        with lent({"INSPECT_DATABASE_URL": url, VARIABLE: dagster}):
            return measure_large(folder, "postgres", views)


def _start(running: Servers) -> tuple[float, float]:
    """Seconds from the request to the first step, and to the step that opens a browser; the run is cancelled then."""
    run_id, asked = running.launch("large")
    wait_for(lambda: len(_steps(running, run_id)) >= 2, 120)
    first, second, *_ = sorted(entry.timestamp for entry in _steps(running, run_id))
    running.ui.post("graphql", json={"query": TERMINATE, "variables": {"id": run_id}}).raise_for_status()
    wait_for(lambda: running.instance.get_run_by_id(run_id).is_finished, 120)
    return first - asked, second - asked


def _steps(running: Servers, run_id: str) -> list[dg.EventLogEntry]:
    return list(running.instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_START))


def _write_project(project: Path, url: str, views: int) -> None:
    steps = "\n".join(
        f"    - {{id: step-{number}, actions: [{{goto: /}}, {{screenshot: view-{number}}}]}}"
        for number in range(views // len(VIEWPORTS))
    )
    (project / "playbooks").mkdir(parents=True)
    (project / "playbooks" / "tour.yaml").write_text(
        "apiVersion: v1\nkind: Playbook\nmetadata: {id: tour}\nspec:\n"
        f'  base_url: "{url}"\n'
        "  viewports: [{name: desktop, width: 800, height: 600}, {name: phone, width: 400, height: 600}]\n"
        f"  steps:\n{steps}\n"
    )
    (project / "schedules.yaml").write_text(SCHEDULES)


def _approve(home: Path, views: int) -> None:
    """A run of before with a picture of each view, all of them approved."""
    house = build(Settings(home=home))
    written = io.BytesIO()
    Image.new("RGB", (80, 60), "white").save(written, "PNG")
    sha256, now = house.gallery.put(written.getvalue()), house.clock.now()
    environment = Environment("Chromium 156.0.8078.79", "Debian GNU/Linux 12 x86_64", "0123456789abcdef")
    run_id, large = RunId(house.clock.new_id()), DefinitionId("large")
    run = Run(run_id, DEFAULT_ORG, request_origin("before"), large, "schedule", now, now, 30)
    shots = [
        Screenshot(View("tour", f"view-{number}", viewport), sha256, 80, 60, environment, now)
        for number in range(views // len(VIEWPORTS))
        for viewport in VIEWPORTS
    ]
    pictures = {shot.view: image_of(shot, run_id) for shot in shots}
    baseline = Baseline(
        BaselineId(house.clock.new_id()), DEFAULT_ORG, large, pictures, now, "user:bench", run_id
    )
    with house.ledger.write() as ledger:
        ledger.runs.request(run)
        ledger.baselines.add(baseline)
    abort(house, run_id, RunStatus.CANCELLED, "it only holds pictures")
    house.ledgers.close()


@contextlib.contextmanager
def _site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as site:
        Thread(target=site.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{site.server_port}"
        finally:
            site.shutdown()
