"""What the API can do with permissions. Written by `python docs/client.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from inspect_pipelines.client.noun import Noun
from inspect_pipelines.domain.access import Permission, Role
from inspect_pipelines.queries.access import Explanation


class Permissions(Noun):
    """`client.permissions`."""

    def explain(
        self,
        *,
        path: str,
        method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET",
        role: Role | None = None,
        scope: Sequence[Permission] | None = None,
    ) -> Explanation:
        """Why a request would be let in, or not; nothing is done."""
        return self._one(
            Explanation,
            "GET",
            "/permissions/explain",
            query={"path": path, "method": method, "role": role, "scope": scope},
        )
