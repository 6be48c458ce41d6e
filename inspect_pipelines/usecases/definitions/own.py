"""Own: the definition that a request is about, as long as the request may change it."""

from __future__ import annotations

from dataclasses import dataclass

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.revision import ManagedBy, Standing, matches, tag
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.ports.ledger import LedgerSession


class Stale(Refused):
    """It was changed since whoever asks looked at it."""


class Unconditional(Refused):
    """Nobody may replace it unseen."""


@dataclass(frozen=True, slots=True)
class Standings:
    definition: Definition
    standing: Standing


def standing_of(ledger: LedgerSession, kind: str, definition_id: DefinitionId) -> Standings:
    """The definition of that kind and id, and how it stands.

    Raises:
        NotFound: There is none.
    """
    found = ledger.definitions.find(definition_id)
    if found is None or found.kind != kind:
        raise NotFound(
            f"there is no {kind} {definition_id[:100]!r} for you; list what there is at the address above it"
        )
    return Standings(found, ledger.revisions.standing()[found.id])


def refuse_files(found: Standings, verb: str) -> None:
    """Refuse what only its file may do.

    Raises:
        Refused: A file owns it; the sentence says where.
    """
    if found.standing.managed_by is ManagedBy.FILE:
        one, written = found.definition, found.standing.written
        place = written.place if written and written.place else "schedules.yaml"
        raise Refused(
            f"{one.kind} {one.id!r} cannot be {verb} here: {place} says what it is; change it there and run "
            "inspect-pipelines apply (enable, disable and pause work here too)"
        )


def refuse_stale(found: Standings, if_match: str | None, *, is_needed: bool) -> None:
    """Refuse to change what somebody else changed meanwhile.

    Args:
        found: As it is.
        if_match: The header; None: there is none.
        is_needed: Without one it is refused too.

    Raises:
        Unconditional: There is none.
        Stale: It names another revision.
    """
    one, number = found.definition, found.standing.revision
    if if_match is None:
        if is_needed:
            raise Unconditional(
                f"{one.kind} {one.id!r} is replaced only by whoever says what they saw: send `If-Match` with the ETag of "
                f"your last GET (it is {tag(number)} now)"
            )
        return
    if not matches(if_match, number):
        raise Stale(
            f"{one.kind} {one.id!r} was changed meanwhile: it is {tag(number)} now, and If-Match says {if_match[:80]}; "
            "GET it again, look at what differs, and send yours once more"
        )
