"""The main job against a real application that nobody here wrote."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys_commands import Project
from patience import until

PLAYBOOK = """\
apiVersion: v1
kind: Playbook
metadata: {id: datasette-tour, name: Datasette tour}
spec:
  base_url: "{{site}}"
  variables:
    - {name: site, type: url, required: true}
  page: {mask: [footer]}                # "Queries took 0.9 ms"
  viewports:
    - {name: desktop, width: 1280, height: 800}
    - {name: phone, device: iPhone 13}
  steps:
    - id: home
      name: Home
      actions: [{goto: /}, {expect_visible: {text: library}}, {screenshot: home}]
    - id: database
      name: Database
      actions: [{goto: /library}, {expect_visible: {role: link, name: books}}, {screenshot: database}]
    - id: table
      name: Table
      actions: [{goto: /library/books}, {expect_url: "**/library/books"}, {screenshot: table}]
    - id: row
      name: One book
      actions: [{goto: /library/books/3}, {expect_text: {contains: Hunger}}, {screenshot: row}]
"""
SCHEDULES = """\
apiVersion: v1
kind: ScheduleConfig
metadata: {orgId: default}
schedules:
  - id: nightly-datasette
    name: Nightly Datasette
    cron: "0 2 * * *"
    timezone: Europe/Oslo
    playbook: datasette-tour
    variables: {site: "%s"}
    timeout_minutes: 10
"""
BOOKS = [
    (1, "Kristin Lavransdatter", "Sigrid Undset", 1920),
    (2, "A Doll's House", "Henrik Ibsen", 1879),
    (3, "Hunger", "Knut Hamsun", 1890),
    (4, "The Birds", "Tarjei Vesaas", 1957),
]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """Datasette on loopback with a small library."""
    database = tmp_path / "library.db"
    with sqlite3.connect(database) as connection:
        connection.execute(
            "CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT, author TEXT, year INTEGER)"
        )
        connection.executemany("INSERT INTO books VALUES (?, ?, ?, ?)", BOOKS)
    connection.close()
    said = tmp_path / "datasette.log"
    log = said.open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "datasette", "serve", "--immutable", str(database), "--port", "0"],
        stdout=log,
        stderr=log,
    )
    until(lambda: "running on http" in said.read_text())  # its own word for the port that it was given
    yield re.search(r"running on (http://[0-9.:]+)", said.read_text())[1]
    process.terminate()
    process.wait(60)
    log.close()


def test_two_runs_of_four_routes_at_two_viewports_show_the_same_bytes(site: str, tmp_path: Path) -> None:
    project = Project(tmp_path)
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "datasette-tour.yaml").write_text(PLAYBOOK)
    (tmp_path / "schedules.yaml").write_text(SCHEDULES % site)
    project.does("apply", "--yes")

    first = project.call("run", "nightly-datasette", "--wait", expected=1)
    project.does("baselines", "adopt", "nightly-datasette")
    second = project.call("run", "nightly-datasette", "--wait")

    assert "needs review" in first.stdout
    assert "8 of 8 views look as approved" in second.stdout
    rows = project.asked("history", "sql", "SELECT status, screenshots_count FROM automated_runs")
    assert sorted((row["status"], row["screenshots_count"]) for row in rows) == [
        ("needs_review", 8),
        ("passed", 8),
    ]
    shas = project.asked("history", "sql", "SELECT count(DISTINCT sha256) AS n FROM screenshots")
    assert shas == [{"n": 8}], "the same screen gave different bytes in different runs"
