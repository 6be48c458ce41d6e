"""Ask for changed paths: events that wait for them go on as soon as the code host tells; unknown is never empty."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inspect_pipelines.config.pattern import found as search
from inspect_pipelines.domain.event import Event, EventStatus
from inspect_pipelines.domain.ids import EventId
from inspect_pipelines.domain.match import needs_paths
from inspect_pipelines.errors import InspectError, Refused, Unavailable
from inspect_pipelines.ports.code_host import CodeHost
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.advance import save_status
from inspect_pipelines.usecases.events.route import triggers_of
from inspect_pipelines.usecases.events.tell_undecided import tell_undecided

GIVEN_UP_AFTER = timedelta(hours=1)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=5)
LOOKED_AT = 1000  # events that wait, oldest first; most of them only until their next try

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempts:
    """How often the code host was asked about an event in vain."""

    since: datetime  # UTC; of the first
    count: int
    next_at: datetime


def ask_paths(house: House, code_host: CodeHost, attempts: MutableMapping[EventId, Attempts]) -> int:
    """Ask about every event whose turn it is; returns how many can be routed now.

    Args:
        attempts: Kept by the caller from look to look. A restart begins the hour anew, which only waits longer.
    """
    with house.ledger.read() as ledger:
        waiting = ledger.events.with_status(EventStatus.WAITING, limit=LOOKED_AT)
    for gone in attempts.keys() - {event.id for event in waiting}:
        del attempts[gone]
    return sum(_asked_or_given_up(house, code_host, event, attempts) for event in waiting)


def _asked_or_given_up(
    house: House, code_host: CodeHost, event: Event, attempts: MutableMapping[EventId, Attempts]
) -> bool:
    try:
        return _asked(house, code_host, event, attempts)
    except InspectError:
        raise
    except Exception as error:  # one event that meets a defect of ours must not hold up the others
        log.exception("event %s: its changed paths could not be asked for", event.id)
        now = house.clock.now()
        attempts[event.id] = Attempts(
            now, 1, now + LONGEST_WAIT
        )  # were giving up the defect, the others go on
        problem = (
            f"a defect of inspect-pipelines: {type(error).__name__} while GitHub was asked; please report it"
        )
        return _give_up(house, event, problem)


def _asked(
    house: House, code_host: CodeHost, event: Event, attempts: MutableMapping[EventId, Attempts]
) -> bool:
    now = house.clock.now()
    before = attempts.get(event.id, Attempts(now, 0, now))
    if now < before.next_at:
        return False
    if event.repo is None or event.number is None:
        return _give_up(
            house, event, "its payload leaves out changed files, and only a pull request's can be asked for"
        )
    try:
        paths = code_host.changed_paths(event.source_id, event.repo, event.number)
    except Refused as error:
        return _give_up(house, event, str(error))
    except Unavailable as error:
        if now - before.since >= GIVEN_UP_AFTER:
            return _give_up(house, event, f"{error}; given up after {before.count + 1} tries in an hour")
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(before.count, 10))
        attempts[event.id] = Attempts(before.since, before.count + 1, house.clock.now() + wait)
        return False
    with house.ledger.write() as ledger:
        current = ledger.events.find(event.id)
        if current is None or current.status is not EventStatus.WAITING:
            return False  # somebody else was told first
        save_status(house, ledger, replace(current, paths=paths, status=EventStatus.RECEIVED, problem=""))
    return True


def _give_up(house: House, event: Event, problem: str) -> bool:
    """Make the event `undecided`, and tell whoever hears of failures of the triggers concerned."""
    with house.ledger.write() as ledger:
        current = ledger.events.find(event.id)
        if current is not None and current.status is EventStatus.WAITING:
            triggers = triggers_of(ledger)
            concerned = [one for one in triggers if needs_paths(current, one, search=search)]
            tell_undecided(house, ledger, current, concerned, f"changed paths unknown: {problem}")
            save_status(house, ledger, replace(current, status=EventStatus.UNDECIDED, problem=problem))
    return False
