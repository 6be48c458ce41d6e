"""Naming: what an organisation's definitions are called in Dagster, which knows no organisations."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from inspect_pipelines.domain.ids import DefinitionId, OrgId, snake
from inspect_pipelines.domain.trigger import Definition

LONGEST_TAG = 48  # characters: Dagster takes 63 behind a key's slash, and we write `inspect.repo.` or `inspect.host.` first


@dataclass(frozen=True, slots=True)
class Naming:
    """The first organisation of a home has plain names for ever, later ones put theirs in front."""

    org_id: OrgId
    is_first: bool = True

    def job(self, definition_id: DefinitionId) -> str:
        """The name of its job, its assets' prefix and their group: `[A-Za-z0-9_]+`.

        Two pairs may collide here ("a-b" and "a_b"; "a" with "b__c" and "a__b" with "c"): configuration refuses the
        first kind, `apply` the second.
        """
        name = snake(definition_id)
        return name if self.is_first else f"{snake(self.org_id)}__{name}"

    def own(self, name: str) -> str:
        """The name of something of the organisation that is no definition's: theirs begin with a letter or a digit."""
        return f"_{self.job(DefinitionId(name))}"

    def tag(self, key: str) -> str:
        """The key of a tag whose values two organisations may share without sharing its limit."""
        if self.is_first:
            return key
        if len(self.org_id) <= LONGEST_TAG:
            return f"{key}.{self.org_id}"
        return f"{key}.{hashlib.sha256(self.org_id.encode()).hexdigest()[:LONGEST_TAG]}"

    def schedule(self, definition_id: DefinitionId) -> str:
        """The name of its Dagster schedule."""
        return f"{self.job(definition_id)}_schedule"


def clashes(
    naming: Naming, definitions: Iterable[Definition], others: Iterable[tuple[Naming, Iterable[Definition]]]
) -> tuple[str, ...]:
    """A sentence for each definition whose name in Dagster another organisation's has already."""
    taken = {other.job(one.id): one for other, theirs in others for one in theirs}
    return tuple(
        f"{one.kind} {one.id!r} would be {name!r} in Dagster, as {there.kind} {there.id!r} of organisation "
        f"{there.org_id!r} is"
        for one in definitions
        if (there := taken.get(name := naming.job(one.id))) is not None
    )
