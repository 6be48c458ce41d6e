"""Who executes runs, who ticks schedules, and which worker processes live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.idle_sensor import SensorState
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.naming import Naming


class Workers(Protocol):
    """Which Dagster runs have a living process: on this machine, and on others where several work on one ledger."""

    def hold(self, dagster_run_id: str) -> None:
        """Mark this process as its worker until the process ends, however it ends."""

    def is_alive(self, dagster_run_id: str) -> bool:
        """Whether some process is known to hold it now."""

    def is_gone(self, dagster_run_id: str) -> bool:
        """Whether it is known that no process does; of one that never showed up on another machine, neither is."""

    def overtake(self, dagster_run_id: str) -> str | None:
        """See to it that nobody works on it from now on: whoever wakes up and believes to is refused when it writes.

        Returns:
            The machine that was lost with its worker, as people call it; `HERE`: only the process was. None, and nothing
            is changed: somebody works on it.
        """

    def living(self) -> list[str]:
        """The Dagster runs that some process of this machine holds now."""

    def kill(self, dagster_run_id: str) -> None:
        """End the process of this machine that holds it, with what it started; for one that does not heed an interruption."""

    def release(self, dagster_run_id: str) -> None:
        """Stop holding it, for a process that goes on to other work."""

    def are_ending(self) -> bool:
        """Whether all of them are being ended now, with what has started them."""


# Tags of a Dagster run by which both sides find each other; keys that begin so are not shown by Dagster's UI.
HIDDEN = ".dagster/inspect."
ORIGIN_TAG, ORG_TAG = f"{HIDDEN}origin", f"{HIDDEN}org"
MODULE = "inspect_pipelines.definitions"
"""Also the name of the code location: `dagster job launch` and `up` must agree on it, or the daemon refuses the run."""

# A job of every night; by it a code location of ours is known among others. No definition's name: theirs begin with a letter or a digit.
UPKEEP = "_upkeep"


@dataclass(frozen=True, slots=True)
class Launch:
    """What an engine needs to start a run that the ledger holds as pending."""

    job_name: str
    origin: str
    tags: Mapping[str, str]


class Engine(Protocol):
    """Whoever executes runs."""

    def launch(self, launch: Launch) -> str:
        """Start it and return a handle: the Dagster run id, or what else `terminate` and `is_alive` understand.

        Raises:
            Unavailable: Nobody answered.
        """

    def terminate(self, handle: str) -> None: ...
    def close(self) -> None:
        """Let go of whatever it asks through; what was launched goes on."""

    def is_alive(self, handle: str) -> bool:
        """Whether what was launched may still do something; False once it has ended or failed to start."""


@dataclass(frozen=True, slots=True)
class TickerState:
    """What whoever ticks the schedules says of them."""

    stopped: frozenset[DefinitionId]  # switched off there by a person
    started_at: Mapping[DefinitionId, datetime]  # UTC; when it was switched on, where that is known
    requested: frozenset[str]  # origins that it has asked a run for, queued ones included


class Ticker(Protocol):
    """Whoever ticks the schedules and sensors."""

    def look(
        self, naming: Naming, schedules: Sequence[DefinitionId], origins: Sequence[str]
    ) -> TickerState | None:
        """What it says of these schedules and origins of an organisation; None: it does not answer."""

    def sensors(self) -> tuple[SensorState, ...] | None:
        """What it says of the sensors that serve all organisations; None: it does not answer."""

    def reset(self, naming: Naming, schedules: Sequence[DefinitionId], sensors: Sequence[str]) -> None:
        """Put switches back to what the files say, whatever a person did with them.

        Raises:
            Unavailable: It does not answer.
        """
