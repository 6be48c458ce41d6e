"""Workflows: what a code host signs about a running workflow of CI, so that it needs no secret of ours."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from inspect_pipelines.domain.workflow import Issuer, Proof
from inspect_pipelines.errors import UsageError


class Unproven(UsageError):
    """A text that proves nothing; the sentence says why, to administrators only."""


class Workflows(Protocol):
    def proof(self, text: str, *, audience: str, issuers: Collection[Issuer]) -> Proof:
        """What the text says, when one of the code hosts signed it for this audience; whether it holds now is not looked at.

        Args:
            text: A JSON web token, from whoever asks.
            audience: For whom it has to be made.
            issuers: Of code hosts that are believed; nobody else is asked for keys.

        Raises:
            Unproven: It is something else.
            Unavailable: The code host does not tell its keys now; another try may help.
        """
