"""Publish: hand what the ledger says to Dagster's processes, which notice by themselves within seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from inspect_pipelines.domain.compiled import Channels
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.ports.house import House
from inspect_pipelines.stored.compiled import compile_definitions


@contextmanager
def published(house: House) -> Iterator[None]:
    """Alone in this home; what the ledger says at the end is published, also when what was asked is refused.

    So whoever repeats what was stored and, in a crash, not published, mends it, although it is refused as done already.
    """
    with house.publication.alone():
        try:
            yield
        finally:
            publish(house, house.org_id)


def publish(house: House, org_id: OrgId) -> bool:
    """Publish an organisation's definitions; False: what is published says the same already, or nothing was ever applied."""
    with house.ledgers.of(org_id).read() as ledger:
        if ledger.organizations.applied_at() is None:
            return False
        naming = ledger.organizations.naming()
        definitions = ledger.definitions.all()
        organization = ledger.organizations.find()
    compiled = compile_definitions(
        naming,
        definitions,
        at=house.clock.now(),
        limits=organization.limits,
        channels=Channels(organization.channels, organization.people),
    )
    try:
        before = house.publication.read(org_id)
    except Unreadable:  # damaged, or another version's: this is the way to mend it
        before = None
    is_same = before is not None and before == replace(compiled, published_at=before.published_at)
    if is_same and before is not None and before.published_at is not None:
        return False
    house.publication.publish(compiled)
    return True
