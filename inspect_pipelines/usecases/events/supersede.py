"""Supersede: a newer event ends the runs of older ones that share its key; the wish is stored with the decision."""

from __future__ import annotations

from inspect_pipelines.domain.debounce import key_of
from inspect_pipelines.domain.event import Event
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.review import BY_EVENT, CANCEL_REQUESTED, wish_to_cancel
from inspect_pipelines.domain.trigger import Supersede, Trigger
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession

SHOWN_SHA = 12


def supersede(
    house: House, ledger: LedgerSession, trigger: Trigger, event: Event, newer: RunId | None
) -> list[RunId]:
    """Ask for the end of every open run of the trigger with the event's key that older events started.

    Older is what we received before, whatever time a sender writes: a commit from the year 2099 would never be
    superseded. So a replay of an old event ends nothing newer.

    Args:
        newer: The run that knows the event now; None: its batch waits for quiet.

    Returns:
        Those that are asked to end by this.
    """
    if trigger.supersede is not Supersede.CANCEL:
        return []
    asked = []
    for run_id in ledger.batches.played(trigger.id, key_of(event, trigger.debounce)):
        events = [answer.event_id for answer in ledger.answers.of_run(run_id)]
        is_older = (
            bool(events) and max(events) < event.id
        )  # ids of events begin with the time we received them
        if run_id == newer or not is_older or wish_to_cancel(ledger.reviews.of_run(run_id)):
            continue
        detail = _named(event, newer)
        now = house.clock.now()
        ledger.reviews.append(run_id, CANCEL_REQUESTED, by=f"{BY_EVENT}{event.id}", detail=detail, at=now)
        asked.append(run_id)
    return asked


def _named(event: Event, newer: RunId | None) -> str:
    what = f"{event.type} {event.sha[:SHOWN_SHA]}" if event.sha else event.type
    return f"{what}, run {newer}" if newer else f"{what}, event {event.id}"
