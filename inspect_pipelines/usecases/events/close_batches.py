"""Close batches: events whose quiet period is over become one pending run."""

from __future__ import annotations

from inspect_pipelines.domain.debounce import Batch
from inspect_pipelines.domain.run import batch_origin
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.events.advance import run_of


def close_batches(house: House) -> int:
    """Make a run of every batch that is due; returns how many.

    Raises:
        Unavailable: The ledger cannot be written; the batches go on waiting.
    """
    with house.ledger.read() as ledger:
        due = ledger.batches.due(house.clock.now())
    if not due:
        return 0
    with house.ledger.write() as ledger:
        now = house.clock.now()
        return sum(_closed(house, ledger, batch) for batch in ledger.batches.due(now))


def _closed(house: House, ledger: LedgerSession, batch: Batch) -> bool:
    trigger = ledger.definitions.find(batch.trigger_id)
    if not isinstance(trigger, Trigger):
        ledger.batches.drop(batch, "its trigger was deleted before the run began")
        return False
    run = ledger.runs.request(run_of(house, trigger, batch.context, batch_origin(batch.id)))
    ledger.batches.close(batch, run.id)
    return True
