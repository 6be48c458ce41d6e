"""Where logins are kept from run to run; their contents are secrets as a whole."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.kept_login import KeptLogin, ListedLogin, LoginKey


class Logins(Protocol):
    """Of all organisations; who has a key sees what is under it, and nobody else's."""

    def find(self, key: LoginKey) -> KeptLogin | None:
        """None: nothing is kept, or it cannot be read any more."""

    def save(self, key: LoginKey, kept: KeptLogin) -> None:
        """In place of what was there.

        Raises:
            Unavailable: It cannot be written.
        """

    def renewing(
        self, key: LoginKey, waits: Callable[[], None] = lambda: None
    ) -> AbstractContextManager[None]:
        """One process at a time is within, whoever dies: the others wait, and see then what it saved.

        Args:
            waits: Called again and again meanwhile; what it raises ends the waiting.
        """

    def all(self, org_id: OrgId) -> list[ListedLogin]:
        """By name and origin."""

    def forget(self, org_id: OrgId, login_id: str) -> bool:
        """False: there is none of that id."""

    def take_code(self, seed: str, step: int) -> bool:
        """Whether the one-time code of this time step is still to be had; a site takes each only once.

        Args:
            step: The number of the step since 1970; a later one was never taken.
        """
