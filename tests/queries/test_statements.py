"""Lists cost the same number of statements however long they are."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import NOW, a_run, a_schedule, a_trigger
from houses import a_house, apply
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.definitions import list_schedules, list_triggers
from inspect_pipelines.queries.progress import watch
from inspect_pipelines.queries.runs import list_runs
from inspect_pipelines.queries.status import status
from inspect_pipelines.queries.upcoming import list_upcoming
from resources.history.turns import Status

QUERIES: dict[str, Callable[[House], object]] = {
    "status": lambda house: status(house, Status()),
    "schedules": list_schedules,
    "triggers": list_triggers,
    "upcoming": lambda house: list_upcoming(house, 100),
    "progress": lambda house: next(watch(house)),
    "runs": lambda house: list_runs(house, limit=500),
}


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that this thread asks any database meanwhile; a server that an earlier test left asks its own."""
    asked: list[str] = []
    asker = threading.get_ident()

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if threading.get_ident() == asker:
            asked.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def a_home_with(path: Path, definitions: int) -> House:
    house = a_house(path)
    apply(house, *(a_schedule(f"s{number}") for number in range(definitions)))
    apply(house, *(a_trigger(f"t{number}") for number in range(definitions)))
    with house.ledger.write() as ledger:
        for number in range(definitions):
            for kind in "st":
                name = DefinitionId(f"{kind}{number}")
                ledger.pauses.add(Pause(f"p-{name}", house.org_id, name, "a freeze", "user:ada", NOW))
                for nth in (1, 2):
                    run = a_run(
                        number * 10 + nth + 5 * (kind == "t"),
                        definition_id=name,
                        requested_at=NOW - timedelta(hours=nth),
                    )
                    ledger.runs.request(run)
                    ledger.reviews.append(run.id, "adopted", by="user:ada", detail="", at=NOW)
                    if nth == 2:
                        ledger.runs.conclude(run.concluded(RunStatus.ERROR, "broke", now=NOW))
    return house


@pytest.mark.parametrize("name", QUERIES)
def test_thirty_definitions_cost_as_many_statements_as_three(name: str, tmp_path: Path) -> None:
    """`/status` and `schedules next` asked one statement a definition; with 500 of them a page took seconds."""
    costs = []
    for definitions in (3, 30):
        (tmp_path / str(definitions)).mkdir()
        house = a_home_with(tmp_path / str(definitions), definitions)
        with counted() as asked:
            QUERIES[name](house)
        costs.append(len(asked))
        house.ledgers.close()

    assert costs[0] == costs[1]
    assert 0 < costs[0] <= 10
