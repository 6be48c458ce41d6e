"""Take in: deliveries that wait in the inbox become events in the ledger, each once."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inspect_pipelines.domain.event import Delivery, Event, EventStatus
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.source import Source
from inspect_pipelines.facts.event import event_facts
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.normalise import normalise, unreadable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What one batch held."""

    deliveries: int
    events: int  # of them new ones that triggers should look at


def take_in(house: House, *, limit: int = 100) -> TakenIn:
    """Normalise the oldest waiting deliveries and store their events, with their facts, in one transaction.

    The inbox hears of it in a second one. A crash between them repeats the batch: an event's id is its delivery's, so
    that the ledger keeps the first and nothing is told twice.

    Raises:
        Unavailable: The inbox or the ledger cannot be written; the deliveries go on waiting.
    """
    waiting = house.inbox.waiting(limit)
    if not waiting:
        return TakenIn(0, 0)
    sources = _sources(house, {delivery.org_id for delivery in waiting})
    events = [_normalised(delivery, sources) for delivery in waiting]
    now = house.clock.now()
    received = 0
    with house.ledger.write() as ledger:
        for event in events:
            if ledger.events.add(event):
                ledger.journal.append("event", event_facts(event), at=now)
                received += event.status is EventStatus.RECEIVED
    house.inbox.handled([delivery.id for delivery in waiting])
    return TakenIn(len(waiting), received)


def _sources(house: House, org_ids: Iterable[OrgId]) -> Mapping[tuple[str, str], Source]:
    with house.ledger.read() as ledger:
        return {
            (org_id, source.id): source
            for org_id in org_ids
            for source in ledger.organizations.find(org_id).sources
        }


def _normalised(delivery: Delivery, sources: Mapping[tuple[str, str], Source]) -> Event:
    source = sources.get((delivery.org_id, delivery.source_id))
    if source is None:
        return unreadable(
            delivery,
            f"the source {delivery.source_id!r} is not in organization.yaml any more; put it back, then replay this event",
        )
    try:
        return normalise(delivery, source)
    except Exception as error:  # one delivery that meets a defect of ours must not hold up the others
        log.exception("delivery %s could not be normalised", delivery.id)
        return unreadable(
            delivery,
            f"a defect of inspect-pipelines: {type(error).__name__} while it was read; please report it",
        )
