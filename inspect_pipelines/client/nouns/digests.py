"""What the API can do with digests. Written by `python docs/client.py`."""

from __future__ import annotations

from inspect_pipelines.client.noun import Noun
from inspect_pipelines.queries.digests import DigestPreview


class Digests(Noun):
    """`client.digests`."""

    def show(self, *, owner: str | None = None) -> DigestPreview:
        """What each owner owes now: reviews that wait, views that are broken, unstable or at risk, drift, what ends soon."""
        return self._one(DigestPreview, "GET", "/digests", query={"owner": owner})
