"""A home with a source of each kind, and the application that receives for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.ports.house import House
from inspect_pipelines.wiring import house as build
from prepared import prepare
from senders import GITHUB_SECRET, OTHER_SECRET
from webhook_server import NEW_SECRET, served, sources


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("TEST_GITHUB_SECRET", GITHUB_SECRET)
    monkeypatch.setenv("TEST_NEW_SECRET", NEW_SECRET)
    monkeypatch.setenv("TEST_OTHER_SECRET", OTHER_SECRET)
    prepare(tmp_path)
    house = build(Settings(home=tmp_path))
    (tmp_path / "gallery").mkdir()
    with house.ledger.write() as ledger:
        ledger.organizations.save(Organization(DEFAULT_ORG, sources=sources()), at=house.clock.now())
    yield house
    house.ledgers.close()
    house.inbox.close()


@pytest.fixture
def client(house: House) -> Iterator[httpx.Client]:
    with served(house) as client:
        yield client
