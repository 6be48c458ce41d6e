"""Sessions of every kind: each playbook is played by its runner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from inspect_pipelines.domain.playbook import BROWSER, Playbook
from inspect_pipelines.domain.session import SessionRequest, SessionResult, StepResult
from inspect_pipelines.errors import SetupMissing
from inspect_pipelines.ports.sessions import Sessions


class RoutedSessions:
    """`ports.Sessions` over one for each runner.

    Args:
        runners: By the name that `Playbook.runner` gives.
        usual: Of a playbook that names none.
    """

    def __init__(self, runners: Mapping[str, Sessions], usual: str = BROWSER) -> None:
        self._runners = runners
        self._usual = usual

    def play(
        self,
        request: SessionRequest,
        *,
        deadline: datetime,
        cancelled: Callable[[], bool] = lambda: False,
        told: Callable[[StepResult], None] = lambda step: None,
    ) -> SessionResult:
        """Have the playbook's runner play it.

        Raises:
            SetupMissing: There is no such runner here, or it cannot start.
        """
        name = self._name(request.playbook)
        runner = self._runners.get(name)
        if runner is None:
            raise SetupMissing(
                f"playbook {request.playbook.id!r} wants the runner {name!r}, which is not installed here; "
                f"there is: {', '.join(sorted(self._runners))}"
            )
        return runner.play(request, deadline=deadline, cancelled=cancelled, told=told)

    def are_elsewhere(self, playbook: Playbook) -> bool:
        runner = self._runners.get(self._name(playbook))
        return runner is not None and runner.are_elsewhere(playbook)

    def close(self) -> None:
        """Every runner's."""
        for runner in self._runners.values():
            runner.close()

    def _name(self, playbook: Playbook) -> str:
        return playbook.runner or self._usual
