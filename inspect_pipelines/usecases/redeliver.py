"""Redeliver: what a code host could not hand over while we were away is asked for again, once each; it never does so itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from inspect_pipelines.domain.source import Source
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.code_host import CodeHost, FailedDelivery
from inspect_pipelines.ports.house import House

KEPT_BY_GITHUB = timedelta(days=3)  # as long can a delivery be asked for again
OVERLAP = timedelta(minutes=10)  # a delivery is listed when its attempt has ended, up to 10 s after it began


def redeliver(house: House, code_host: CodeHost, *, since: datetime) -> tuple[int, list[str]]:
    """Ask for every failed delivery that never arrived; returns how many, and what went wrong on the way.

    Args:
        since: Attempts from then on, UTC.
    """
    with house.ledger.read() as ledger:
        sources = ledger.organizations.find(house.org_id).sources
    asked, problems = 0, []
    for source in sources:
        if source.hook is None:
            continue
        try:
            failed = code_host.failed_deliveries(source.id, since=since)
            known = house.inbox.known(source.id, [delivery.guid for delivery in failed])
            for delivery in failed:
                asked += delivery.guid not in known and _once(house, code_host, source, delivery)
        except InspectError as error:
            problems.append(str(error))  # one source's trouble must not cost the others their deliveries
    return asked, problems


def _once(house: House, code_host: CodeHost, source: Source, delivery: FailedDelivery) -> bool:
    key = f"redelivered:{source.id}:{delivery.guid}"
    with house.ledger.write() as ledger:
        if not ledger.notices.is_first(house.org_id, key, at=house.clock.now()):
            return False
    try:
        code_host.redeliver(source.id, delivery)
    except InspectError:
        with house.ledger.write() as ledger:
            ledger.notices.forget(house.org_id, key)
        raise
    return True
