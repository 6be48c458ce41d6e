"""What a run may not touch: the service account as which it executes has no part in who may come in."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from inspect_pipelines.domain.audit import SERVICE
from inspect_pipelines.errors import Forbidden


class Withheld:
    """A part of a ledger's session, but for what is allowed of it.

    Args:
        part: Of the session.
        name: Its name there.
        allowed: Methods that a run needs.
    """

    def __init__(self, part: Any, name: str, allowed: Collection[str] = ()) -> None:
        self._part, self._name, self._allowed = part, name, allowed

    def __getattr__(self, method: str) -> Any:
        if method not in self._allowed:
            raise Forbidden(
                f"a run executes as {SERVICE!r}, which has no part in {self._name!r} of its organisation ({method!r})"
            )
        return getattr(self._part, method)
