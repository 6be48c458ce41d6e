from __future__ import annotations

from pathlib import Path

import pytest

from builders import a_run, a_schedule
from galleries import MemoryGallery
from houses import a_house, apply
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.check_room import LEAST_BYTES, check_room
from inspect_pipelines.usecases.runs.retry import retry

NIGHTLY = DefinitionId("nightly-shop")


@pytest.fixture
def gallery() -> MemoryGallery:
    return MemoryGallery()


@pytest.fixture
def house(tmp_path: Path, gallery: MemoryGallery) -> House:
    house = a_house(tmp_path, gallery=gallery)
    apply(house, a_schedule())
    return house


def stored(house: House) -> list[str]:
    with house.ledger.read() as ledger:
        return [run.id for run in ledger.runs.latest()]


def test_a_run_that_a_person_asks_for_without_room_is_refused_and_leaves_nothing(
    house: House, gallery: MemoryGallery
) -> None:
    """It was stored, could not start, and stayed pending, since there was no room for its end either."""
    gallery.free = LEAST_BYTES - 1

    with pytest.raises(Unavailable, match=r"20\.0 MB are free on the disk .* gallery prune"):
        start.request(house, NIGHTLY, {}, by="user:ada", key="k")

    assert stored(house) == []


def test_so_is_another_try(house: House, gallery: MemoryGallery) -> None:
    with house.ledger.write() as ledger:
        run = ledger.runs.request(a_run())
        ledger.runs.conclude(run.concluded(RunStatus.ERROR, "broke", now=run.requested_at))
    gallery.free = 0

    with pytest.raises(Unavailable, match="no run can start"):
        retry(house, run.id, by="user:ada")

    assert stored(house) == [run.id]


@pytest.mark.parametrize("free", [None, LEAST_BYTES])
def test_with_room_or_where_nobody_knows_it_may_start(
    house: House, gallery: MemoryGallery, free: int | None
) -> None:
    gallery.free = free

    check_room(house)
