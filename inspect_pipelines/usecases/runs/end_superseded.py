"""End superseded runs: the wish is stored by the newer event; here it is carried out, like a person's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from inspect_pipelines.domain.review import BY_EVENT, CANCEL_REQUESTED
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.engine import Engine
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.cancel import cancel


def end_superseded(house: House, engines: Callable[[], Sequence[Engine]]) -> int:
    """See that every open run that a newer event wants ended does end; returns how many have.

    A worker that plays hears the wish by itself within a second. Repeated after a crash, it ends what is still open.

    Args:
        engines: Who may be able to terminate a Dagster run, the likeliest first.
    """
    with house.ledger.read() as ledger:
        open_ones = [run.id for run in ledger.runs.open() if run.is_of_event]
        wishes = ledger.reviews.of_runs(open_ones) if open_ones else {}
    ended = 0
    for run_id in open_ones:
        by = next((by for what, by, _ in wishes.get(run_id, ()) if what == CANCEL_REQUESTED), "")
        if by.startswith(BY_EVENT):
            try:
                ended += not cancel(house, run_id, engines, by=by).run.status.is_open
            except Refused:  # it came to its own end in this moment, and its commit's status with it
                continue
    return ended
