"""The library: the playbooks that a new definition may name."""

from __future__ import annotations

from inspect_pipelines.domain.library import Library, library_of
from inspect_pipelines.ports.house import House


def library(house: House) -> Library:
    """As last applied; of a home from before it was kept, what its definitions play."""
    with house.ledger.read() as ledger:
        return ledger.revisions.library() or library_of(ledger.definitions.all())
