"""Create: a definition that a request made; no file knows it until `export` writes it into one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inspect_pipelines.domain.revision import ManagedBy, Revision, RevisionKind
from inspect_pipelines.domain.way import API
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.definitions.check import checked
from inspect_pipelines.usecases.definitions.publish import published
from inspect_pipelines.usecases.definitions.record import Actor, record


def create_definition(
    house: House,
    kind: str,
    body: Mapping[str, Any],
    *,
    by: str,
    accept_cost: bool = False,
) -> Revision:
    """Store and publish it; its first revision, or the next one of a deleted one of that id.

    Args:
        house: Ports.
        kind: schedule | trigger.
        body: An entry of schedules.yaml in JSON's values.
        by: Who asks, `user:NAME`.
        accept_cost: Also when the forecast goes over a budget.

    Raises:
        DefinitionInvalid: All that is wrong with the body.
        Refused: The id is taken, or its name in Dagster, or it would cost more than a budget.
    """
    with published(house), house.ledger.write() as ledger:
        read = checked(house, ledger, kind, body, accept_cost=accept_cost)
        there = ledger.definitions.find(read.definition.id)
        if there is not None:
            standing = ledger.revisions.standing()[there.id]
            place = standing.written.place if standing.written else ""
            where = f"in {place}" if place else f"made through the {standing.managed_by.value.upper()}"
            if standing.managed_by is ManagedBy.FILE and not place:
                where = "in schedules.yaml"
            raise Refused(
                f"{read.definition.id!r} is the id of a {there.kind} already, {where}; choose another id, or replace that "
                "one by PUT"
            )
        return record(
            ledger,
            read.definition,
            RevisionKind.CREATED,
            managed_by=ManagedBy.API,
            written=read.written,
            actor=Actor(by, house.via or API, house.clock.now()),
        )
