"""Identities: an OpenID provider says who somebody is, by way of their browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from inspect_pipelines.domain.identity import Identity, Provider
from inspect_pipelines.errors import UsageError


class Unproven(UsageError):
    """An answer that proves nothing; the sentence says why, to administrators only."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What a browser takes to the provider, and has to bring back; random, and secret but for the state."""

    redirect: str  # our address, to which the provider sends it back
    state: str
    nonce: str
    verifier: str  # of PKCE


class Identities(Protocol):
    def address(self, provider: Provider, errand: Errand) -> str:
        """Where the browser is sent to.

        Raises:
            Unavailable: The provider does not say where that is now.
        """

    def identity(self, provider: Provider, errand: Errand, code: str) -> Identity:
        """Who has come back with this code.

        Raises:
            Unproven: Nobody, as far as it can be told.
            Unavailable: The provider does not answer now; another try may help.
        """
