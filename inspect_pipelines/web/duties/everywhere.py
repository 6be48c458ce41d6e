"""A duty of every organisation: one of its kind each, in one thread."""

from __future__ import annotations

from collections.abc import Callable

from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.ports.estate import Estate
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.duties.duty import Duty


class Everywhere(Duty):
    """Takes the turns of all organisations, one after the other; trouble with one is told and holds up no other.

    Args:
        estate: Asked each turn, so that an organisation which is applied meanwhile is served at once.
        make: The duty of one organisation; how often it looks, and how it stops, are those of all.
    """

    def __init__(self, estate: Estate, make: Callable[[House], Duty]) -> None:
        self._estate, self._make = estate, make
        self._each: dict[OrgId, Duty] = {}
        like = make(estate.house(DEFAULT_ORG))  # never started
        super().__init__(
            like.name,
            like.part,
            every_seconds=like.every_seconds,
            stop_seconds=like.stop_seconds,
            begins_at_once=like.begins_at_once,
        )

    def prepare(self) -> None:
        self._each = {}
        self._found()

    def turn(self) -> float | None:
        pauses = [duty.guarded(duty.turn) for duty in self._found()]
        return min((pause for pause in pauses if pause is not None), default=None)

    def last_turn(self) -> None:
        for duty in self._each.values():
            duty.guarded(duty.last_turn)

    def finding(self) -> str:
        problems = [(org_id, duty.problem) for org_id, duty in self._each.items()]
        many = len(problems) > 1
        return "; ".join(
            f"{org_id}: {problem}" if many else problem for org_id, problem in problems if problem
        )

    def _found(self) -> list[Duty]:
        for house in self._estate.houses():
            if house.org_id not in self._each:
                duty = self._make(house)
                duty.join(self)
                duty.guarded(duty.prepare)
                self._each[house.org_id] = duty
        return list(self._each.values())
