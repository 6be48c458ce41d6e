"""The Python client: `from inspect_pipelines.client.client import Client`."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from inspect_pipelines.client.connection import Connection
from inspect_pipelines.client.nouns.every import Every
from inspect_pipelines.ports.clock import Clock
from resources.clock import SystemClock


class Client(Every):
    """A server, with everything that its API can do; answers are the house's own frozen shapes.

    What is refused raises what it raises on the machine itself (`inspect_pipelines.errors`), with the server's sentence. A
    deed gets an `Idempotency-Key` of its own, so that a lost answer is asked for again and nothing is done twice.

    Args:
        server: Its address, `https://qa.example.com`; clear HTTP on loopback only.
        token: `insp_pat_..`; None: as the local person, on the machine itself.
        org: The organisation, where no token names it and the server has several.
        says: What it calls itself (`User-Agent`): an agent is `agent/NAME`; None: our name and version.
        clock: For waiting; None: the system's.

    Raises:
        UsageError: The address or the token is none.
    """

    def __init__(
        self,
        server: str,
        token: str | None = None,
        *,
        org: str | None = None,
        says: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._connection = Connection(server, token, org=org, says=says, clock=clock or SystemClock())
        super().__init__(self._connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._connection.close()
