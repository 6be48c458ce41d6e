"""Switch: a definition on or off, whoever owns it; pausing is for a while and with a reason, this is for good."""

from __future__ import annotations

from dataclasses import replace

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.revision import ManagedBy, RevisionKind, Written
from inspect_pipelines.domain.way import API
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.definitions.own import standing_of
from inspect_pipelines.usecases.definitions.publish import published
from inspect_pipelines.usecases.definitions.record import Actor, record


def switch_definition(
    house: House, kind: str, definition_id: DefinitionId, *, enabled: bool, by: str
) -> None:
    """Store and publish it; what is so already changes nothing.

    A file's stays as it was switched until the file says something new of `enabled`.

    Args:
        house: Ports.
        kind: schedule | trigger.
        definition_id: Of what is switched.
        enabled: On.
        by: Who asks, `user:NAME`.

    Raises:
        NotFound: There is none.
    """
    with published(house), house.ledger.write() as ledger:
        found = standing_of(ledger, kind, definition_id)
        if found.definition.enabled == enabled:
            return
        standing, written = found.standing, found.standing.written
        is_apis = standing.managed_by is ManagedBy.API
        if is_apis and written is not None:
            written = Written({**written.document, "enabled": enabled})
        says_so = written is not None and written.is_enabled == enabled
        record(
            ledger,
            replace(found.definition, enabled=enabled),
            RevisionKind.ENABLED if enabled else RevisionKind.DISABLED,
            managed_by=standing.managed_by,
            written=written,
            actor=Actor(by, house.via or API, house.clock.now()),
            switched=None if is_apis or says_so else enabled,
        )
