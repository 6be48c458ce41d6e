"""`up`: one command runs everything, survives what dies, and leaves nothing behind."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from inspect_pipelines.engine.sources import our_folders
from journeys_commands import Project
from journeys_up import HeldSite, Up, held_site, up, write_project
from patience import allowed, until
from processes import children_with

PARTS = {"web", "code", "warm", "daemon", "ui"}


@pytest.fixture(scope="module")
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture(scope="module")
def site() -> Iterator[HeldSite]:
    with held_site() as site:
        yield site


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code that all of it runs from, so that a test can change it; compiled as ours is, for that goes by time and size."""
    code = tmp_path_factory.mktemp("code")
    for folder in our_folders():
        shutil.copytree(folder, code / folder.name)
    return code


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, site: HeldSite, taken_port: int, code: Path
) -> Iterator[Up]:
    project = write_project(tmp_path_factory.mktemp("served"), site.url, "nightly")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(code))
        project.does("apply", "--yes")
        with up(project, "--port", str(taken_port), makes_databases=True) as running:
            yield running


def last_run(project: Project) -> dict[str, str]:
    run: dict[str, str] = project.asked("runs", "--limit", "1")[0]
    return run


@contextmanager
def held_run(project: Project, site: HeldSite) -> Iterator[None]:
    """Start a run whose browser waits for its page until the block ends."""
    asked = site.asked
    site.gate.clear()
    try:
        project.does("run", "nightly")
        until(lambda: site.asked > asked)
        yield
    finally:
        site.gate.set()


def test_every_part_answers_and_a_taken_port_is_stepped_over_and_said(running: Up, taken_port: int) -> None:
    until(lambda: running.get("/status").json()["history"]["is_owner"])  # it looks for the lock each second
    health, status = running.get("/health"), running.get("/status").json()

    assert health.status_code == 200, health.text
    assert status["urls"] == {"web": running.state["web_url"], "dagster_ui": running.state["ui_url"]}
    assert status["history"]["is_owner"]
    assert "nightly" in running.jobs()
    assert set(running.state["pids"]) == PARTS
    assert f"port {taken_port} is taken; the web process uses " in running.said
    used = running.state["web_url"].rpartition(":")[2]
    assert used in re.findall(r"the web process uses (\d+)", running.said)
    assert taken_port < int(used) < taken_port + 20  # the next one that nobody has
    assert "elemetry" not in running.said
    # What they need was loaded once: a stem that does not load or fork is ended, and they are programs of their own.
    assert children_with("inspect_pipelines.engine.stem.growing", psutil.Process(running.process.pid))


def test_what_is_published_is_there_within_15_s_and_the_run_in_progress_goes_on(
    running: Up, site: HeldSite
) -> None:
    pids = running.state["pids"]
    with held_run(running.project, site):
        write_project(running.project.root, site.url, "nightly", "hourly")

        running.project.does("apply", "--yes")
        published = time.monotonic()
        until(lambda: "hourly" in running.jobs())
        took = time.monotonic() - published
        until(lambda: running.state["pids"]["code"] != pids["code"])
        until(lambda: running.state["pids"]["warm"] != pids["warm"])

        assert took < allowed(15)
        assert psutil.pid_exists(pids["warm"])  # the old warm parent has a run to see to its end
        assert last_run(running.project)["status"] == "running"
    renewed = {"code": 0, "warm": 0}
    assert {**running.state["pids"], **renewed} == {**pids, **renewed}  # the others need no restart
    until(lambda: last_run(running.project)["status"] != "running")
    assert last_run(running.project)["status"] == "needs_review"
    until(lambda: not psutil.pid_exists(pids["warm"]))  # it left after its last run


def test_code_that_changes_on_disk_is_loaded_again(running: Up, code: Path) -> None:
    pids = running.state["pids"]

    (code / "assets" / "tags.py").touch()
    until(lambda: all(running.state["pids"].get(part) != pids[part] for part in ("code", "warm")))

    until(lambda: "nightly" in running.jobs())
    assert "the code has changed on disk, so it is loaded again" in running.said


def test_a_second_up_on_the_same_home_is_refused_and_told_where_the_first_is(running: Up) -> None:
    refused = running.project.call("up", expected=2)

    assert f"another one serves INSPECT_HOME '{running.project.home}'" in refused.stderr
    assert running.state["ui_url"] in refused.stderr


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_part_that_is_killed_is_started_again(running: Up, part: str) -> None:
    before = running.state["pids"][part]

    psutil.Process(before).kill()

    until(lambda: running.state["pids"].get(part) not in (None, before))
    until(lambda: running.is_healthy() and running.jobs())
    what = {"code": "code server", "warm": "warm parent"}.get(part, f"{part} process")
    assert f"the {what} ended (signal 9)" in running.said


def test_ctrl_c_cancels_the_run_in_progress_and_leaves_no_process(tmp_path: Path, site: HeldSite) -> None:
    project = write_project(tmp_path, site.url, "nightly")
    project.does("apply", "--yes")
    with up(project) as running, held_run(project, site):
        began = time.monotonic()

        running.process.send_signal(signal.SIGINT)
        exit_code = running.process.wait(120)
        until(lambda: running.family() == [])
        took = time.monotonic() - began

    assert exit_code == 0
    assert took < allowed(10)
    assert "1 run in progress is cancelled with it: rules of `on_complete` are told" in running.said
    assert running.said.endswith("stopped\n")
    assert last_run(project)["status"] == "cancelled"
    assert not (project.home / "run" / "up.json").exists()
    assert last_run(project)["reason"].startswith(
        "`inspect-pipelines up` was stopped while it was in progress"
    )
    rows = project.asked("history", "sql", "SELECT status FROM automated_runs")
    assert rows == [{"status": "cancelled"}]


def test_a_killed_supervisor_leaves_nothing_but_the_run_which_ends_well(
    tmp_path: Path, site: HeldSite
) -> None:
    project = write_project(tmp_path, site.url, "nightly")
    project.does("apply", "--yes")
    with up(project) as running:
        with held_run(project, site):
            pids = running.state["pids"]

            running.process.kill()
            running.process.wait(60)
            until(lambda: not any(psutil.pid_exists(pids[part]) for part in ("web", "daemon", "ui")))
            went_on = last_run(project)["status"]
        until(lambda: running.family() == [])

    assert went_on == "running"
    assert last_run(project)["status"] == "needs_review"


def test_a_ledger_that_is_replaced_under_it_ends_everything_with_exit_3(
    tmp_path: Path, site: HeldSite
) -> None:
    """A backup was moved over the ledger; every part went on with the file that had no name any more."""
    project = write_project(tmp_path, site.url, "nightly")
    project.does("apply", "--yes")
    with up(project, "--no-ui") as running:
        backup = tmp_path / "backup.db"
        shutil.copy(project.home / "ledger.db", backup)

        backup.replace(project.home / "ledger.db")
        exit_code = running.process.wait(120)

    assert exit_code == 3
    assert (
        "ledger.db was replaced by another file while it was in use, so everything is stopped" in running.said
    )
    assert "Traceback" not in running.said
    project.does("doctor")


def test_definitions_that_cannot_be_read_are_told_and_the_ones_before_stay(running: Up) -> None:
    compiled = running.project.home / "compiled" / "default.json"
    good, code = compiled.read_bytes(), running.state["pids"]["code"]

    replace(compiled, b"{")
    until(lambda: "the definitions before stay in place" in running.said)
    stayed = running.state["pids"]["code"] == code and "nightly" in running.jobs()
    replace(compiled, good)
    until(lambda: running.state["pids"]["code"] != code)

    assert stayed
    assert "default.json' is damaged; run `inspect-pipelines apply`" in running.said


def test_definitions_that_cannot_be_read_at_the_start_are_told_with_exit_3(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.home.mkdir()
    (project.home / "compiled.json").write_text("{")

    failed = project.call("up", "--no-ui", expected=3)

    assert "compiled.json' is damaged; run `inspect-pipelines apply`" in failed.stderr
    assert "Traceback" not in failed.stderr


def replace(path: Path, content: bytes) -> None:
    """As `apply` does it, by a rename."""
    unfinished = path.with_suffix(".new")
    unfinished.write_bytes(content)
    unfinished.replace(path)
