"""A definition: the schedule or trigger that an id names; a sentence says what there is when it names none."""

from __future__ import annotations

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.spelling import nearest
from inspect_pipelines.domain.trigger import Definition, Trigger
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession


def find_trigger(house: House, trigger_id: str) -> Trigger:
    """The trigger of that id.

    Raises:
        NotFound: There is none.
    """
    with house.ledger.read() as ledger:
        found = [one for one in ledger.definitions.all() if isinstance(one, Trigger)]
    for one in found:
        if one.id == trigger_id:
            return one
    hint = nearest(trigger_id, [one.id for one in found])
    raise NotFound(
        f"trigger {trigger_id!r} does not exist{hint}; list them with: inspect-pipelines triggers list"
    )


def definition_of(house: House, definition_id: DefinitionId) -> Definition:
    """The definition of that id; raises as `find_definition`."""
    with house.ledger.read() as ledger:
        return find_definition(house, ledger, definition_id)


def find_definition(house: House, ledger: LedgerSession, definition_id: DefinitionId) -> Definition:
    """The definition of that id, within a session.

    Raises:
        NotFound: There is none; the sentence says what there is.
    """
    definition = ledger.definitions.find(definition_id)
    if definition is None:
        known = sorted(one.id for one in ledger.definitions.all())
        raise NotFound(
            f"{definition_id!r} is no schedule or trigger{nearest(definition_id, [*known])}; "
            f"applied: {', '.join(known) or 'none'}"
        )
    return definition
