"""What the tests of commands share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.ports.house import House
from inspect_pipelines.wiring import house as build
from prepared import prepare


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The house that commands of this test work in, which ada gives."""
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path))
    prepare(tmp_path)
    monkeypatch.setenv("USER", "ada")
    house = build(Settings())
    yield house
    house.ledgers.close()
