"""Takes over what was published on other machines, where several share a ledger and no home."""

from __future__ import annotations

from inspect_pipelines.ports.publication import Publication
from inspect_pipelines.web.duties.duty import Duty

LOOK_EVERY_SECONDS = 5.0


class Gatherer(Duty):
    """Its publication is as new as anybody's; whoever reads files here sees them change, as after an `apply`."""

    def __init__(self, publication: Publication) -> None:
        super().__init__("gatherer", "publication", every_seconds=LOOK_EVERY_SECONDS)
        self._publication = publication

    def turn(self) -> None:
        self._publication.refresh()
