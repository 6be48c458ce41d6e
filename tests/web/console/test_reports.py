"""What the links in messages open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from builders import a_schedule, a_session
from houses import apply
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import OrgId, RunId
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.wiring import house as build
from prepared import prepare
from web_app import TestClient, a_client


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path))
    prepare(tmp_path)
    house = build(Settings())
    house.ledgers.migrate()
    apply(house, a_schedule())
    yield house
    house.ledgers.close()


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with a_client(house) as client:
        yield client


def a_run(house: House) -> Run:
    with house.ledger.read() as ledger:
        definition = ledger.definitions.all()[0]
    return start.request(house, definition.id, {}, by="user:ada", key=house.clock.new_id())


def test_a_runs_report_is_shown_in_an_origin_of_its_own(client: TestClient, house: House) -> None:
    run = a_run(house)
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(run.id, a_session(id=f"{run.id}.1", screenshots=()))
    abort(house, run.id, RunStatus.ERROR, "the browser <b>died</b>")

    answer = client.get(f"/runs/{run.id}/report")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("sandbox allow-scripts")
    assert answer.content == house.reports.path(run.id).read_bytes()
    assert "the browser &lt;b&gt;died" in answer.text


def test_a_run_that_goes_on_has_no_report_yet(client: TestClient, house: House) -> None:
    run = a_run(house)

    answer = client.get(f"/runs/{run.id}/report")

    assert answer.status_code == 404
    assert answer.json() == {"error": f"run '{run.id}' is 'pending' and has no report"}


@pytest.mark.parametrize("name", ["no-such-run", "..%2F..%2Fledger.db", "latest-nightly-shop"])
def test_what_is_no_run_is_not_found_whatever_it_is_called(client: TestClient, name: str) -> None:
    answer = client.get(f"/runs/{name}/report")

    assert answer.status_code == 404


def test_a_run_of_an_organisation_that_this_home_does_not_serve_is_not_shown(
    client: TestClient, house: House
) -> None:
    run = a_run(house)
    abort(house, run.id, RunStatus.ERROR, "ours")
    stranger = replace(run, id=RunId(house.clock.new_id()), org_id=OrgId("other"), origin="request:theirs")
    with house.ledgers.of(stranger.org_id).write() as ledger:
        ledger.runs.request(stranger)

    assert client.get(f"/runs/{run.id}/report").status_code == 200
    assert client.get(f"/runs/{stranger.id}/report").status_code == 404
