"""Progress: which steps an agent has got through so far, by the screens that it has published; what came of them it says at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from inspect_pipelines.domain.published import screens, shown_view
from inspect_pipelines.domain.session import SessionRequest, StepResult, StepStatus
from resources.sessions.open_inspect.collection import published
from resources.sessions.open_inspect.told import Artifact

SHOWN = "its screens are there; whether it has worked, the agent says at its end"


class Progress:
    """Of one session.

    Args:
        told: Hears of each step and viewport once, when all of its screens are there.
    """

    def __init__(self, request: SessionRequest, told: Callable[[StepResult], None]) -> None:
        self._request, self._told = request, told
        self._wanted = screens(request.playbook)
        self._done: set[tuple[str, str]] = set()

    def look(self, artifacts: Iterable[Artifact]) -> None:
        """See what there is by now."""
        there = {
            shown_view(self._request.playbook, self._wanted, published(each))
            for each in artifacts
            if each.kind == "screenshot"
        }
        for screen in self._wanted:
            place = (screen.step.id, screen.view.viewport)
            own = [each.view for each in self._wanted if (each.step.id, each.view.viewport) == place]
            if place not in self._done and there.issuperset(own):
                self._done.add(place)
                self._told(
                    StepResult(screen.step.id, screen.step.name, place[1], StepStatus.NOT_CHECKED, 0, SHOWN)
                )
