"""Find a definition by its id; a sentence says what there is when it is not."""

from __future__ import annotations

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.spelling import nearest
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession


def find_definition(house: House, ledger: LedgerSession, definition_id: DefinitionId) -> Definition:
    """The definition of that id.

    Raises:
        NotFound: There is none.
    """
    definition = ledger.definitions.find(house.org_id, definition_id)
    if definition is None:
        known = sorted(one.id for one in ledger.definitions.all(house.org_id))
        raise NotFound(
            f"{definition_id!r} is no schedule or trigger{nearest(definition_id, [*known])}; "
            f"applied: {', '.join(known) or 'none'}"
        )
    return definition
