"""React: whoever commanded in a comment sees under it that nothing came of it."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from dataclasses import replace
from datetime import datetime, timedelta

from inspect_pipelines.domain.event import Event, EventStatus
from inspect_pipelines.domain.ids import EventId
from inspect_pipelines.errors import Refused, Unavailable
from inspect_pipelines.ports.code_host import CodeHost
from inspect_pipelines.ports.house import House

REACTION, REFUSED = (
    "reaction",
    "confused",
)  # in the data of an event whose command nobody took, until it is told
TOLD, NOT_TOLD = "told", "not told"
GIVEN_UP_AFTER = timedelta(hours=1)
WAIT = timedelta(seconds=30)
LOOKED_AT = 50

log = logging.getLogger(__name__)


def react(house: House, code_host: CodeHost, not_before: MutableMapping[EventId, datetime]) -> int:
    """Put a reaction under every comment of the last hour whose command was refused; returns how many.

    The intent is stored with the decision. A crash between the reaction and its note repeats it, which GitHub takes for one.

    Args:
        not_before: Kept by the caller from look to look: when one that did not work is tried again.
    """
    now = house.clock.now()
    with house.ledger.read() as ledger:
        decided = ledger.events.latest(
            status=EventStatus.DECIDED,
            type="issue_comment.created",
            since=now - GIVEN_UP_AFTER,
            limit=LOOKED_AT,
        )
    waiting = [event for event in decided if event.data.get(REACTION) == REFUSED]
    for gone in not_before.keys() - {event.id for event in waiting}:
        del not_before[gone]
    return sum(_told(house, code_host, event, not_before) for event in waiting)


def _told(
    house: House, code_host: CodeHost, event: Event, not_before: MutableMapping[EventId, datetime]
) -> bool:
    now = house.clock.now()
    comment = event.data.get("comment_id")
    if event.id in not_before and now < not_before[event.id]:
        return False
    try:
        code_host.react(
            event.source_id, event.repo or "", comment if isinstance(comment, int) else 0, REFUSED
        )
        outcome = TOLD
    except Unavailable:
        not_before[event.id] = now + WAIT
        return False
    except Refused as error:  # no token, or it may not write: the reason of the no stands in `events show`
        log.warning("event %s: %s", event.id, error)
        outcome = NOT_TOLD
    with house.ledger.write() as ledger:
        current = ledger.events.find(event.id)
        if current is not None and current.data.get(REACTION) == REFUSED:
            ledger.events.save(replace(current, data={**current.data, REACTION: outcome}))
    return outcome == TOLD
