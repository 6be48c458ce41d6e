"""A server that has something at every address, and a client that asks it over a real connection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import ledger_rows
from doors import served
from houses import SteppedClock, a_house
from inspect_pipelines.client.client import Client
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.ports.house import House
from people import a_token
from recording_engine import RecordingEngine
from web_app import a_client


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path)
    for _ in range(1000):
        house.clock.new_id()  # the rows' own ids begin alike
    with house.ledger.write() as session:
        ledger_rows.fill(session)
    yield house
    house.ledgers.close()


@pytest.fixture
def engine() -> RecordingEngine:
    return RecordingEngine()


@pytest.fixture
def server(house: House, engine: RecordingEngine) -> Iterator[str]:
    """Its address; it asks for tokens."""
    app = a_client(house, others=[OrgId("acme")], is_open=True, engine=lambda: engine).app
    with served(app) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def client(house: House, server: str) -> Iterator[Client]:
    with Client(server, a_token(house).text, clock=SteppedClock()) as client:
        yield client
