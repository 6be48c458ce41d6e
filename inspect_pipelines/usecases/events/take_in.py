"""Take in: deliveries that wait in the inbox become events in the ledger, each once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inspect_pipelines.domain.event import Delivery, Event, EventStatus
from inspect_pipelines.domain.ids import OrgId, SourceId
from inspect_pipelines.domain.match import may_concern
from inspect_pipelines.domain.source import Source
from inspect_pipelines.facts.event import event_facts
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import Ledger
from inspect_pipelines.usecases.events.normalise import normalise, unreadable
from inspect_pipelines.usecases.events.route import triggers_of
from inspect_pipelines.usecases.events.tell_undecided import tell_undecided

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What one batch held."""

    deliveries: int
    events: int  # of them new ones that triggers should look at


def take_in(house: House, *, limit: int = 100) -> TakenIn:
    """Normalise the oldest waiting deliveries and store their events, with their facts, in one transaction an
    organisation.

    The inbox hears of it in a second one. A crash between them repeats the batch: an event's id is its delivery's, so
    that the ledger keeps the first and nothing is told twice.

    Raises:
        Unavailable: The inbox or the ledger cannot be written; the deliveries go on waiting.
    """
    waiting = house.inbox.waiting(limit)
    if not waiting:
        return TakenIn(0, 0)
    of_org: dict[OrgId, list[Delivery]] = {}
    for delivery in waiting:
        of_org.setdefault(delivery.org_id, []).append(delivery)
    received = sum(_keep(house, _ledger_of(house, org_id), found) for org_id, found in of_org.items())
    house.inbox.handled([delivery.id for delivery in waiting])
    return TakenIn(len(waiting), received)


def _ledger_of(house: House, org_id: OrgId) -> Ledger:
    return house.ledger if org_id == house.org_id else house.ledgers.of(org_id)


def _keep(house: House, own: Ledger, deliveries: Sequence[Delivery]) -> int:
    """Store an organisation's; returns how many are new ones that triggers should look at."""
    with own.read() as ledger:
        sources = {source.id: source for source in ledger.organizations.find().sources}
    events = [_normalised(delivery, sources) for delivery in deliveries]
    now = house.clock.now()
    received = 0
    with own.write() as ledger:
        triggers = triggers_of(ledger) if any(one.status is EventStatus.UNREADABLE for one in events) else []
        for event in events:
            if ledger.events.add(event):
                ledger.journal.append("event", event_facts(event), at=now)
                received += event.status is EventStatus.RECEIVED
                if (
                    event.status is EventStatus.UNREADABLE
                ):  # people hear: it might have been what they wait for
                    concerned = [one for one in triggers if may_concern(event, one)]
                    tell_undecided(house, ledger, event, concerned, event.problem, with_context=False)
    return received


def _normalised(delivery: Delivery, sources: Mapping[SourceId, Source]) -> Event:
    source = sources.get(delivery.source_id)
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
