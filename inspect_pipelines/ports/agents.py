"""Agents elsewhere: what may be done with their sessions, apart from playing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from inspect_pipelines.domain.remote_session import RemoteSession


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that playing by agents needs."""

    name: str
    is_ok: bool
    found: str
    how: str = ""  # to get it


class Agents(Protocol):
    """A control plane, asked once each time."""

    @property
    def are_set_up(self) -> bool:
        """Whether somebody has said where a control plane is, also in part."""

    @property
    def mends(self) -> bool:
        """Whether an agent is asked where an element has gone that a browser does not find."""

    def stop(self, session: RemoteSession) -> bool:
        """Stop it, and keep that it has ended when it has; whether it has.

        Raises:
            SetupMissing: Nobody has said where a control plane is.
            Unavailable: It did not answer.
            UsageError: It would refuse the same again.
        """

    def examine(self) -> Sequence[Examined]:
        """What is wrong with the way there, asked with a signed request; never raises for it."""
