from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from builders import NOW, a_merge, a_trigger
from houses import a_house
from inspect_pipelines.domain.context import context_of
from inspect_pipelines.domain.debounce import Batch, opened
from inspect_pipelines.domain.trigger import Debounce
from inspect_pipelines.queries.batches import next_due


def a_batch(name: str) -> Batch:
    trigger = a_trigger(debounce=Debounce(timedelta(minutes=1), timedelta(minutes=5)))
    return opened(name, a_merge(), trigger, context_of(a_merge(), ()), now=NOW)


def test_the_next_batch_is_the_one_whose_quiet_period_ends_first(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    later, sooner = (
        a_batch("b1"),
        replace(a_batch("b2"), key="other", due_at=a_batch("b1").due_at - timedelta(seconds=5)),
    )
    with house.ledger.write() as ledger:
        ledger.batches.add(later)
        ledger.batches.add(sooner)

    assert next_due(house) == sooner.due_at


def test_without_an_open_batch_nothing_is_due(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    with house.ledger.write() as ledger:
        ledger.batches.add(a_batch("b1"))
        ledger.batches.drop(a_batch("b1"), "it is gone")

    assert next_due(house) is None
