"""Replace: what the API made says something else from now on; nobody overwrites what they did not see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inspect_pipelines.config.one_definition import DefinitionInvalid
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.revision import ManagedBy, RevisionKind
from inspect_pipelines.domain.way import API
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.definitions.check import checked
from inspect_pipelines.usecases.definitions.own import refuse_files, refuse_stale, standing_of
from inspect_pipelines.usecases.definitions.publish import published
from inspect_pipelines.usecases.definitions.record import Actor, record


def replace_definition(
    house: House,
    kind: str,
    definition_id: DefinitionId,
    body: Mapping[str, Any],
    *,
    if_match: str | None,
    by: str,
    accept_cost: bool = False,
) -> None:
    """Store and publish it as a new revision; what says the same already changes nothing.

    Args:
        house: Ports.
        kind: schedule | trigger.
        definition_id: Of what is replaced.
        body: All of it, with the same id.
        if_match: The tag of the revision that whoever asks saw.
        by: Who asks, `user:NAME`.
        accept_cost: Also when the forecast goes over a budget.

    Raises:
        NotFound: There is none.
        Unconditional: No revision is named.
        Stale: It was changed meanwhile.
        DefinitionInvalid: All that is wrong with the body.
        Refused: A file owns it, or it would cost more than a budget.
    """
    with published(house), house.ledger.write() as ledger:
        found = standing_of(ledger, kind, definition_id)
        refuse_files(found, "replaced")
        refuse_stale(found, if_match, is_needed=True)
        read = checked(house, ledger, kind, body, accept_cost=accept_cost)
        if read.definition.id != definition_id:
            raise DefinitionInvalid(
                [
                    (
                        "/id",
                        f"{read.definition.id!r} is not {definition_id!r}, which the address names; an id stays",
                    )
                ]
            )
        if read.definition == found.definition and read.written == found.standing.written:
            return
        record(
            ledger,
            read.definition,
            RevisionKind.REPLACED,
            managed_by=ManagedBy.API,
            written=read.written,
            actor=Actor(by, house.via or API, house.clock.now()),
        )
