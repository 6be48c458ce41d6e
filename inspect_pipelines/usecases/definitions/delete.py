"""Delete: what the API made is no longer started; its history and its revisions stay, so that it can be restored."""

from __future__ import annotations

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.revision import Revision
from inspect_pipelines.domain.way import API
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.definitions.own import refuse_files, refuse_stale, standing_of
from inspect_pipelines.usecases.definitions.publish import published
from inspect_pipelines.usecases.definitions.record import Actor, record_deletion


def delete_definition(
    house: House,
    kind: str,
    definition_id: DefinitionId,
    *,
    confirmed: str | None,
    if_match: str | None,
    by: str,
) -> Revision:
    """Forget it and publish that.

    Args:
        house: Ports.
        kind: schedule | trigger.
        definition_id: Of what is deleted.
        confirmed: Its id once more.
        if_match: The tag of the revision that whoever asks saw; None: whatever it is.
        by: Who asks, `user:NAME`.

    Raises:
        NotFound: There is none.
        Stale: It was changed meanwhile.
        Refused: A file owns it, or nobody confirmed it.
    """
    with published(house), house.ledger.write() as ledger:
        found = standing_of(ledger, kind, definition_id)
        refuse_files(found, "deleted")
        refuse_stale(found, if_match, is_needed=False)
        if confirmed != definition_id:
            runs = ledger.runs.counts().get(definition_id, 0)
            raise Refused(
                f"{kind} {definition_id!r} with {runs} runs would be deleted; nothing was changed: to delete it, name it "
                f"once more with ?confirm={definition_id} (its history stays, and it can be restored)"
            )
        actor = Actor(by, house.via or API, house.clock.now())
        return record_deletion(ledger, found.definition, found.standing, actor=actor)
