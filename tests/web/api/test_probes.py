"""What machines ask of a process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from houses import SteppedClock
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.ports.house import House
from inspect_pipelines.wiring import house as build
from web_app import a_client


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = replace(build(Settings(home=tmp_path)), clock=SteppedClock())
    (tmp_path / "gallery").mkdir()
    house.ledgers.migrate()
    yield house
    house.ledgers.close()


def test_a_process_that_can_do_its_work_is_healthy_and_ready(house: House) -> None:
    client = a_client(house)

    assert client.get("/healthz").json() == {"ok": True}
    assert client.get("/readyz").json() == {"ok": True, "failing": []}


def test_one_that_cannot_is_healthy_and_not_ready_and_names_the_part_only(house: House) -> None:
    (Path(house.home) / "gallery").rmdir()
    client = a_client(house)

    ready = client.get("/readyz")

    assert client.get("/healthz").status_code == 200
    assert ready.status_code == 503
    assert ready.json() == {"ok": False, "failing": ["gallery"]}
    assert house.home not in ready.text


def test_figures_are_what_prometheus_reads(filled: House) -> None:
    answer = a_client(filled).get("/metrics")

    assert answer.headers["content-type"].startswith("text/plain; version=")
    lines = answer.text.splitlines()
    assert 'inspect_definitions{kind="schedule",organization="default"} 1.0' in lines
    assert 'inspect_open_incidents{organization="default"} 1.0' in lines
    assert 'inspect_open_runs{organization="default",status="pending"} 3.0' in lines
    assert 'inspect_pauses{organization="default"} 1.0' in lines
