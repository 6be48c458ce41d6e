"""The organisation: what its organization.yaml says, as last applied."""

from __future__ import annotations

from datetime import datetime

from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.ports.house import House


def organization(house: House) -> Organization:
    """The default one when nothing was applied yet."""
    with house.ledger.read() as ledger:
        return ledger.organizations.find()


def applied_at(house: House) -> datetime | None:
    """When its project was applied last, changed or not; None: never."""
    with house.ledger.read() as ledger:
        return ledger.organizations.applied_at()


def naming(house: House) -> Naming:
    """What its definitions are called in Dagster."""
    with house.ledger.read() as ledger:
        return ledger.organizations.naming()
