"""Restore: a definition says again what it said at one of its revisions; a deleted one is there again."""

from __future__ import annotations

from inspect_pipelines.config.one_definition import DefinitionInvalid
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.revision import ManagedBy, RevisionKind
from inspect_pipelines.domain.way import API
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.definitions.check import checked
from inspect_pipelines.usecases.definitions.own import refuse_files, refuse_stale, standing_of
from inspect_pipelines.usecases.definitions.publish import published
from inspect_pipelines.usecases.definitions.record import Actor, record


def restore_revision(
    house: House,
    kind: str,
    definition_id: DefinitionId,
    number: int,
    *,
    if_match: str | None,
    by: str,
    accept_cost: bool = False,
) -> None:
    """Store and publish it as a new revision, owned by the API; what says the same already changes nothing.

    Args:
        house: Ports.
        kind: schedule | trigger.
        definition_id: Of what is restored.
        number: The revision's; of a deletion: what was deleted.
        if_match: The tag of the revision that whoever asks saw; None: whatever it is.
        by: Who asks, `user:NAME`.
        accept_cost: Also when the forecast goes over a budget.

    Raises:
        NotFound: There is no such revision.
        Stale: It was changed meanwhile.
        Refused: A file owns it, or what it said then does not fit any more.
    """
    with published(house), house.ledger.write() as ledger:
        revision = ledger.revisions.find(definition_id, number)
        if revision is None or revision.definition_kind != kind:
            raise NotFound(
                f"there is no revision {number} of a {kind} {definition_id[:100]!r} for you; list what there is at the "
                "address above it"
            )
        is_there = ledger.definitions.find(definition_id) is not None
        if is_there:
            found = standing_of(ledger, kind, definition_id)
            refuse_files(found, "restored")
            refuse_stale(found, if_match, is_needed=False)
        if revision.written is None:
            raise Refused(
                f"revision {number} of {kind} {definition_id!r} cannot be restored: what it said was not kept"
            )
        try:
            read = checked(house, ledger, kind, revision.written.document, accept_cost=accept_cost)
        except DefinitionInvalid as error:
            raise Refused(
                f"revision {number} of {kind} {definition_id!r} does not fit to what is applied now: {error}; create it "
                "anew with what fits"
            ) from error
        if is_there and read.definition == found.definition:
            return
        record(
            ledger,
            read.definition,
            RevisionKind.RESTORED,
            managed_by=ManagedBy.API,
            written=read.written,
            actor=Actor(by, house.via or API, house.clock.now()),
            restores=number,
        )
