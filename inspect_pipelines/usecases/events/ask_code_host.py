"""Ask the code host what events leave out: they go on as soon as it tells; unknown is never empty."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inspect_pipelines.config.pattern import found as search
from inspect_pipelines.domain.asked import Unknown
from inspect_pipelines.domain.event import Event, EventStatus
from inspect_pipelines.domain.ids import EventId
from inspect_pipelines.domain.match import lacking
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


def ask_code_host(house: House, code_host: CodeHost, attempts: MutableMapping[EventId, Attempts]) -> int:
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
    with house.ledger.read() as ledger:
        triggers = triggers_of(ledger)
    missing = [
        what for what in Unknown if any(what in lacking(event, one, search=search) for one in triggers)
    ]
    if not missing:
        missing = [Unknown.PATHS]  # its triggers have changed meanwhile; whoever routes it sees so
    if event.repo is None or event.number is None:
        return _give_up(
            house, event, "its payload leaves out changed files, and only a pull request's can be asked for"
        )
    try:
        known = _told(code_host, event, event.repo, event.number, missing[0])
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
        save_status(house, ledger, replace(known, status=EventStatus.RECEIVED, problem=""))
    return True


def _told(code_host: CodeHost, event: Event, repo: str, number: int, what: Unknown) -> Event:
    """The event with what the code host says to one question."""
    if what is Unknown.PATHS:
        return replace(event, paths=code_host.changed_paths(event.source_id, repo, number))
    if what is Unknown.PULL or event.sha is None:
        pull = code_host.pull_request(event.source_id, repo, number)
        head = {"head_sha": pull.head_sha, "head_branch": pull.head_branch, "head_repo": pull.head_repo}
        data = {**event.data, **head}
        event = replace(event, sha=pull.head_sha, branch=pull.base_branch, data=data)
    if what is Unknown.PREVIEW and event.sha is not None:
        url = code_host.preview_url(event.source_id, repo, event.sha)
        event = replace(event, data={**event.data, "preview_url": url})
    return event


def _give_up(house: House, event: Event, problem: str) -> bool:
    """Make the event `undecided`, and tell whoever hears of failures of the triggers concerned."""
    with house.ledger.write() as ledger:
        current = ledger.events.find(event.id)
        if current is not None and current.status is EventStatus.WAITING:
            triggers = triggers_of(ledger)
            open_ones = {one.id: lacking(current, one, search=search) for one in triggers}
            concerned = [one for one in triggers if open_ones[one.id]]
            what = next((open_ones[one.id][0] for one in concerned), Unknown.PATHS)
            tell_undecided(house, ledger, current, concerned, f"{what.value} unknown: {problem}")
            save_status(house, ledger, replace(current, status=EventStatus.UNDECIDED, problem=problem))
    return False
