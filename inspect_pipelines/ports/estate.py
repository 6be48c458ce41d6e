"""The Estate: every organisation of a home, each with a House of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.engine import Workers
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.publication import Publication


@dataclass(frozen=True, slots=True)
class Estate:
    """Built by wiring.py, lazy as its houses are, which share their connections."""

    clock: Clock
    publication: Publication
    workers: Workers
    organizations: Callable[[], Sequence[OrgId]]  # that have been applied to this home; asked anew each time
    house: Callable[[OrgId], House]

    def houses(self) -> list[House]:
        return [self.house(org_id) for org_id in self.organizations()]
