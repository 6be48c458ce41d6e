"""What the API can do with repairs. Written by `python docs/client.py`."""

from __future__ import annotations

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.client.pages import Pages
from inspect_pipelines.domain.repair import Repair


class Repairs(Noun):
    """`client.repairs`."""

    def list(self, *, page_size: int = 50, cursor: str | None = None) -> Pages[Repair]:
        """Repairs that agents propose, and those that were refused; newest first by (at, id)."""
        return self._pages(Repair, "/repairs", {}, page_size=page_size, cursor=cursor)

    def show(self, repair_id: str) -> Repair:
        """What was lost, where it is, and which views look as approved with it."""
        return self._one(Repair, "GET", below("/repairs/{repair_id}", repair_id=repair_id))

    def decline(self, repair_id: str, *, reason: str, key: str | None = None) -> Repair:
        """Say no; the next run asks an agent anew. To accept: `inspect-pipelines repairs accept`, where the files are."""
        return self._one(
            Repair,
            "POST",
            below("/repairs/{repair_id}/decline", repair_id=repair_id),
            body={"reason": reason},
            headers={"Idempotency-Key": key},
        )
