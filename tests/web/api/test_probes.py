"""What machines ask of a process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import ledger_rows
from builders import a_screenshot, a_session
from houses import SteppedClock
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.access import Role
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.api.health import WITHHELD
from inspect_pipelines.wiring import house as build
from people import a_token, bearer
from prepared import prepare
from resources.history import remarks
from resources.history.places import Places
from web_app import a_client


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    prepare(tmp_path)
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


OUTSIDE = {"peer": "203.0.113.9", "url": "https://qa.example.com", "allowed_hosts": ["qa.example.com"]}


@pytest.mark.parametrize("through", [{"is_open": True, **OUTSIDE}, {**OUTSIDE, "peer": "127.0.0.1"}])
def test_what_ails_a_process_is_for_its_machine_and_administrators(
    house: House, through: dict[str, Any]
) -> None:
    """/health told anybody beyond the machine where its home lies, with the name of whoever runs it."""
    (Path(house.home) / "gallery").rmdir()
    (Path(house.home) / "history").mkdir()
    remarks.add(Places(Path(house.home)), f"kept as {house.home}/history/other", at=house.clock.now())
    outside = a_client(house, **through)
    administrator, operator = a_token(house), a_token(house, "bo", role=Role.REVIEWER)

    told = [
        a_client(house).get("/health"),
        outside.get("/health", headers=bearer(administrator)),
    ]
    others = [
        outside.get("/health"),
        outside.get("/health", headers=bearer(operator)),
        a_client(house).get("/health", headers={"X-Forwarded-For": "203.0.113.9"}),
    ]
    wrong = outside.get("/health", headers=bearer("insp_pat_nothing"))

    assert {one.status_code for one in (*told, *others)} == {503}
    assert all(house.home in one.json()["parts"]["gallery"]["problem"] for one in told)
    assert all("remark" in one.json()["parts"]["history"] for one in told)
    assert all(house.home not in one.text for one in others)
    assert {one.json()["parts"]["gallery"]["problem"] for one in others} == {WITHHELD}
    assert wrong.status_code == 401


@pytest.mark.parametrize("address", ["/runs/{run}/pictures/{sha}", "/api/v1/runs/{run}/pictures/{sha}"])
def test_an_error_of_the_disk_names_the_home_to_its_machine_only(house: House, address: str) -> None:
    shot = a_screenshot()
    with house.ledger.write() as ledger:
        ledger_rows.fill(ledger)
        ledger.evidence.save_session(ledger_rows.RUNNING.id, a_session(screenshots=(shot,)))
    Path(house.gallery.url(shot.sha256)).mkdir(parents=True)  # what lies there cannot be read
    outside, token = a_client(house, is_open=True, **OUTSIDE), bearer(a_token(house))
    path = address.format(run=ledger_rows.RUNNING.id, sha=shot.sha256)

    there, outside_of_it = a_client(house).get(path), outside.get(path, headers=token)

    assert (there.status_code, outside_of_it.status_code) == (503, 503)
    assert house.home in there.text
    assert "$INSPECT_HOME/gallery" in outside_of_it.text
    assert house.home not in outside_of_it.text


def test_figures_are_what_prometheus_reads(filled: House) -> None:
    answer = a_client(filled).get("/metrics")

    assert answer.headers["content-type"].startswith("text/plain; version=")
    lines = answer.text.splitlines()
    assert 'inspect_definitions{kind="schedule",organization="default"} 1.0' in lines
    assert 'inspect_open_incidents{organization="default"} 1.0' in lines
    assert 'inspect_open_runs{organization="default",status="pending"} 4.0' in lines
    assert 'inspect_pauses{organization="default"} 1.0' in lines
