"""Where playbooks are played."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.session import SessionRequest, SessionResult, StepResult


class Sessions(Protocol):
    """Where playbooks are played."""

    def play(
        self,
        request: SessionRequest,
        *,
        deadline: datetime,
        cancelled: Callable[[], bool] = lambda: False,
        told: Callable[[StepResult], None] = lambda step: None,
    ) -> SessionResult:
        """Play a playbook and return what was seen, also when it ended early; each step is told as soon as it has ended.

        Never raises for what the site or the browser did: that is in the result. Whatever has seen a page is gone when it
        returns or raises; what has not may stay for the next session of the same run, until `close`.

        Raises:
            SetupMissing: There is no browser to start.
        """

    def are_elsewhere(self, playbook: Playbook) -> bool:
        """Whether its sessions are played on other machines, so that several threads may call `play` at once."""

    def close(self) -> None:
        """End what was kept: nothing that was started is left. Playing again is allowed, and begins anew."""
