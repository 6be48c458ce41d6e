"""Patience: how long a fault is waited for that another viewport or attempt has met before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from inspect_pipelines.domain.action import Action, Request, WaitFor
from inspect_pipelines.domain.expectation import EXPECTATIONS, ExpectPopup
from inspect_pipelines.domain.finding import without_waiting
from inspect_pipelines.domain.gesture import GESTURES
from inspect_pipelines.domain.playbook import Step
from inspect_pipelines.domain.session import KnownFault
from resources.sessions.browser.faults import ExpectationFailed, Fault, WaitedInVain
from resources.sessions.record import Record

# A wrong locator once cost its 30 s in each of two viewports and two attempts.
KNOWN_FAULT_SECONDS = 5.0
WAITING = (*GESTURES, *EXPECTATIONS, WaitFor, ExpectPopup, Request)


class Patience:
    """Knows the faults of each step."""

    def __init__(self, record: Record, known: Iterable[KnownFault]) -> None:
        self._record = record
        self._known: dict[str, set[str]] = {}
        for each in known:
            self.learn(each.step_id, each.message)

    def learn(self, step_id: str, message: str) -> None:
        """Remember what a step failed by."""
        self._known.setdefault(step_id, set()).add(self._sentence(message))

    def hurried(self, action: Action, step: Step) -> Action | None:
        """The action with the little time that a known fault gets, see KNOWN_FAULT_SECONDS; None: it has all of its own."""
        if step.id not in self._known or not isinstance(action, WAITING):
            return None
        own = action.timeout_seconds if isinstance(action, WaitFor) else None
        if (own or step.timeout_seconds) <= KNOWN_FAULT_SECONDS:
            return None
        return replace(action, timeout_seconds=KNOWN_FAULT_SECONDS) if isinstance(action, WaitFor) else action

    def is_another(self, fault: Fault, step: Step) -> bool:
        """Whether it was not met before, and more time could mend it."""
        has_waited = isinstance(fault, (ExpectationFailed, WaitedInVain))
        return has_waited and self._sentence(str(fault)) not in self._known[step.id]

    def _sentence(self, message: str) -> str:
        return without_waiting(self._record.shortened(message))
