"""Where playbooks are played."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.session import SessionRequest, SessionResult


class Sessions(Protocol):
    """Where playbooks are played."""

    def play(
        self,
        request: SessionRequest,
        *,
        deadline: datetime,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> SessionResult:
        """Play a playbook and return what was seen, also when it ended early.

        Never raises for what the site or the browser did: that is in the result. Whatever it started is gone when it
        returns or raises.

        Raises:
            SetupMissing: There is no browser to start.
        """
