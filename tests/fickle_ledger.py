"""A ledger that can be away for a while."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.ledger import Ledger, LedgerSession


class FickleLedger:
    """The real one, except while it is away: for reading and writing, or only for what a test names."""

    def __init__(
        self, ledger: Ledger, failure: Exception | None = None, deeds: Sequence[str] = ("read", "write")
    ) -> None:
        self._ledger, self._deeds = ledger, deeds
        self._failure = failure or Unavailable("the ledger stayed locked")
        self.is_away = True

    def read(self) -> AbstractContextManager[LedgerSession]:
        self._check("read")
        return self._ledger.read()

    def write(self) -> AbstractContextManager[LedgerSession]:
        self._check("write")
        return self._ledger.write()

    def by_way_of(self, via: str) -> Ledger:
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def _check(self, deed: str) -> None:
        if self.is_away and deed in self._deeds:
            raise self._failure
