"""Digests: what each owner would hear of now, whether or not anybody is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.weekly_digest import Digest, digests_of
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.debts import list_debts


@dataclass(frozen=True, slots=True)
class DigestPreview:
    """As of now.

    Attributes:
        next_at: When owners hear of it, UTC; None: organization.yaml has no `digest`, and nobody does.
        digests: By owner; what nobody owns comes last.
    """

    next_at: datetime | None
    digests: tuple[Digest, ...]


def preview_digests(house: House, *, owner: str | None = None, now: datetime) -> DigestPreview:
    """All of them, or one owner's, with or without `@`."""
    with house.ledger.read() as ledger:
        organization = ledger.organizations.find()
    found = digests_of(list_debts(house, now=now), organization, house.kinds)
    if owner is not None:
        name = owner.removeprefix("@").casefold()
        found = tuple(one for one in found if one.owner.casefold() == name)
    return DigestPreview(organization.digest.next(now) if organization.digest else None, found)
