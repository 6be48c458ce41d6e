from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW, a_merge, a_run, a_schedule, a_trigger
from houses import SteppedClock, an_estate, apply
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.route import route
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.app import create_app
from inspect_pipelines.web.duties.historian import Historian
from inspect_pipelines.web.duties.launcher import Launcher
from inspect_pipelines.wiring import house as build
from patience import until
from prepared import prepare
from resources.history import remarks
from resources.history.owner import Owner
from resources.history.places import Places
from web_app import TestClient, a_client


@pytest.fixture
def house(tmp_path: Path) -> House:
    prepare(tmp_path)
    house = replace(build(Settings(home=tmp_path)), clock=SteppedClock())
    (tmp_path / "gallery").mkdir()
    return house


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with a_client(
        house, has_historian=True, urls=lambda: {"web": "http://127.0.0.1:8460", "dagster_ui": None}
    ) as client:
        yield client
    house.ledgers.close()


def test_a_house_in_order_is_healthy(client: TestClient) -> None:
    answer = client.get("/health")

    assert answer.status_code == 200
    parts = answer.json()["parts"]
    names = ("ledger", "gallery", "disk", "history")
    assert parts == {part: {"ok": True, "problem": None} for part in names}


def test_what_was_mended_in_the_history_is_told_for_a_week_and_makes_nothing_unhealthy(
    client: TestClient, house: House
) -> None:
    places, now = Places(Path(house.home)), house.clock.now()
    places.folder.mkdir(exist_ok=True)
    remarks.add(places, "it was very old", at=now - timedelta(days=8))
    remarks.add(places, "it was older than the ledger", at=now - timedelta(days=6))

    answer = client.get("/health")

    assert answer.status_code == 200
    told = answer.json()["parts"]["history"]
    assert told == {"ok": True, "problem": None, "remark": "it was older than the ledger"}


def test_a_gallery_that_is_gone_makes_it_unhealthy_and_is_named(client: TestClient, house: House) -> None:
    (Path(house.home) / "gallery").rmdir()

    answer = client.get("/health")

    assert answer.status_code == 503
    body = answer.json()
    assert not body["ok"]
    assert "cannot be written to" in body["parts"]["gallery"]["problem"]
    assert body["parts"]["ledger"]["ok"]


def test_a_ledger_that_is_no_database_makes_it_unhealthy(client: TestClient, house: House) -> None:
    for file in Path(house.home).glob("ledger.db*"):
        file.unlink()
    (Path(house.home) / "ledger.db").write_bytes(b"this is not a database" * 100)
    house.ledgers.close()

    def is_noticed() -> bool:
        return client.get("/health").status_code == 503

    until(is_noticed)  # a connection that the historian held at that moment is good for one more use
    answer = client.get("/health")

    assert answer.status_code == 503
    assert answer.json()["parts"]["ledger"]["problem"]


def test_a_launcher_that_cannot_do_its_work_makes_webhooks_unhealthy(house: House) -> None:
    house.ledgers.migrate()
    apply(house, a_trigger())
    with house.ledger.write() as ledger:
        ledger.events.add(a_merge())
    route(house)

    def engine() -> None:
        raise Unavailable("Dagster is away")

    launcher = Launcher(house, engine, every_seconds=0.02)
    with a_client(house, launcher, has_historian=True) as client:
        until(lambda: launcher.problem)
        answer = client.get("/health")
    house.ledgers.close()

    assert answer.status_code == 503
    assert answer.json()["parts"]["webhooks"]["problem"] == "Dagster is away"


def test_status_tells_each_definition_with_its_next_time_and_last_run(
    client: TestClient, house: House
) -> None:
    nightly = a_schedule("nightly-shop", cron="0 2 * * *", timezone="America/New_York")
    with house.ledger.write() as ledger:
        for definition in (nightly, a_schedule("paused", enabled=False)):
            ledger.definitions.save(definition, by="user:ada", at=NOW)
        ledger.runs.request(a_run(1))
        ledger.runs.request(a_run(2, requested_at=NOW + timedelta(hours=1)))

    body = client.get("/status").json()

    by_id = {definition["id"]: definition for definition in body["definitions"]}
    assert by_id["nightly-shop"]["next_fire_at"] == "2026-11-23T07:00:00Z"
    assert by_id["nightly-shop"]["last_run"]["id"] == a_run(2).id
    assert by_id["paused"]["next_fire_at"] is None
    assert by_id["paused"]["last_run"] is None
    assert [run["id"] for run in body["open_runs"]] == [a_run(1).id, a_run(2).id]
    assert body["urls"] == {"web": "http://127.0.0.1:8460", "dagster_ui": None}
    assert set(body["versions"]) == {"inspect-pipelines", "dagster", "duckdb"}


def test_the_historian_works_for_as_long_as_the_application_lives(house: House) -> None:
    owner = Owner(Path(house.home), house.ledgers, house.clock)
    app = create_app(an_estate(house), owner, (Historian(owner),), gate=Gate(an_estate(house)))

    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 50_000)) as client:
        client.get("/health")
        with house.ledger.write() as ledger:
            ledger.journal.append("definition", {}, at=NOW)
        during = client.get("/status").json()["history"]

    assert set(during) == {"is_owner", "rows_behind", "rows_unpublished"}
    assert not owner.status.is_owner
    house.ledgers.close()


@pytest.mark.parametrize("path", ["/health", "/status", "/no-such-page"])
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers

    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def test_a_page_elsewhere_cannot_reach_it_under_a_name_of_its_own(client: TestClient) -> None:
    """A host name that an attacker points to 127.0.0.1 makes the browser treat our answers as theirs."""
    answer = client.get("/status", headers={"host": "evil.example"})

    assert answer.status_code == 400
    assert "definitions" not in answer.text


@pytest.mark.parametrize("name", ["127.0.0.1:8460", "localhost", "[::1]:8460", "[::1]"])
def test_it_answers_to_every_name_of_loopback(client: TestClient, name: str) -> None:
    assert client.get("/status", headers={"host": name}).status_code == 200


def test_the_web_process_never_loads_dagster() -> None:
    import subprocess
    import sys

    code = "import sys, inspect_pipelines.cli.serve; print([m for m in sys.modules if m.split('.')[0] == 'dagster'])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert shown.stdout == "[]\n"
