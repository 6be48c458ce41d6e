"""Redeliver: what a code host could not hand over while we were away is asked for again; it never does so itself."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import datetime, timedelta

from inspect_pipelines.domain.ids import SourceId
from inspect_pipelines.errors import InspectError, Refused
from inspect_pipelines.ports.code_host import CodeHost
from inspect_pipelines.ports.house import House

KEPT_BY_GITHUB = timedelta(days=3)  # as long can a delivery be asked for again
OVERLAP = timedelta(minutes=10)  # a delivery is listed when its attempt has ended, up to 10 s after it began
MOST_TRIES = 5  # of one delivery; one that we refuse ourselves would fail for three days

Asked = MutableMapping[tuple[SourceId, str], set[int]]
"""The attempts after which each delivery (its source, its guid) was asked for again."""


def redeliver(house: House, code_host: CodeHost, asked: Asked, *, since: datetime) -> tuple[int, list[str]]:
    """Ask for every failed delivery that never arrived; returns how many, and what went wrong on the way.

    Args:
        asked: Kept by the caller from look to look, and by nobody else: a restart asks once more, which is harmless,
            while a question that was noted and then not asked would lose the event.
        since: Attempts from then on, UTC.
    """
    with house.ledger.read() as ledger:
        sources = ledger.organizations.find().sources
    count, problems = 0, []
    for source in sources:
        if source.hook is None:
            continue
        try:
            failed = code_host.failed_deliveries(source.id, since=since)
            known = house.inbox.known(house.org_id, source.id, [delivery.guid for delivery in failed])
            for delivery in failed:
                attempts = asked.setdefault((source.id, delivery.guid), set())
                if delivery.guid in known or delivery.id in attempts or len(attempts) >= MOST_TRIES:
                    continue
                try:
                    code_host.redeliver(source.id, delivery)
                except Refused as error:
                    problems.append(str(error))  # GitHub will not send this one; the next one it may
                    continue
                attempts.add(delivery.id)  # when it fails again, that attempt has an id of its own
                count += 1
        except InspectError as error:
            problems.append(str(error))  # one source's trouble must not cost the others their deliveries
    return count, problems
