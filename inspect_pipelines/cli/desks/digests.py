"""What owners owe, as commands ask for it: here by a query, there by the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.digests import DigestPreview, preview_digests

if TYPE_CHECKING:
    from inspect_pipelines.client.client import Client


class DigestDesk(Protocol):
    def preview(self, owner: str | None) -> DigestPreview:
        """What they would hear of now; None: of all."""


class DigestsHere(DigestDesk):
    """Of a house."""

    def __init__(self, house: House) -> None:
        self._house = house

    def preview(self, owner: str | None) -> DigestPreview:
        return preview_digests(self._house, owner=owner, now=self._house.clock.now())


class DigestsThere(DigestDesk):
    """Of a server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def preview(self, owner: str | None) -> DigestPreview:
        return self._client.digests.show(owner=owner)
