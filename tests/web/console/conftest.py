"""An empty house, and a browser without scripts before it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from houses import a_house
from inspect_pipelines.ports.house import House
from pressing import FORM
from web_app import TestClient, a_client

HTML = {name: value for name, value in FORM.items() if name != "Content-Type"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path)
    yield house
    house.ledgers.close()


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with a_client(house) as client:
        client.headers.update(HTML)
        yield client
