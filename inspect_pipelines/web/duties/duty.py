"""A duty: a job that the web process does beside its requests, turn after turn, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable

from inspect_pipelines.errors import InspectError

log = logging.getLogger(__name__)


class Duty(ABC):
    """Start it with the application, stop it before leaving; it can be started again.

    Args:
        name: Of its thread, and in the log.
        part: Of the installation's health that it answers for.
        every_seconds: From the end of a turn to the next one, when nobody wakes it and the turn names no other time.
        stop_seconds: How long stopping waits for a turn that has begun; None: until it is done.
        begins_at_once: Or after the first rest.
    """

    def __init__(
        self,
        name: str,
        part: str,
        *,
        every_seconds: float,
        stop_seconds: float | None = None,
        begins_at_once: bool = True,
    ) -> None:
        self.name, self.part = name, part
        self.every_seconds, self.stop_seconds = every_seconds, stop_seconds
        self.begins_at_once = begins_at_once
        self._trouble = ""  # of the last turn
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def problem(self) -> str:
        """What keeps it from its work, and what it found; empty when all is well."""
        return "; ".join(sentence for sentence in (self._trouble, self.finding()) if sentence)

    def start(self) -> None:
        """Prepare, then take turns."""
        self._stop.clear()
        self.guarded(self.prepare)
        self._thread = threading.Thread(target=self._loop, name=self.name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is something to do."""
        self._wake.set()

    def stop(self) -> None:
        """End the thread; a turn that has begun is finished, unless it takes longer than stopping may."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(self.stop_seconds)
            self._thread = None

    def join(self, other: Duty) -> None:
        """Be woken and stopped with another one, which takes our turns."""
        self._wake, self._stop = other._wake, other._stop

    @property
    def is_stopping(self) -> bool:
        return self._stop.is_set()

    @abstractmethod
    def turn(self) -> float | None:
        """Do what there is to do; returns the seconds until the next turn, None: as usual."""

    def prepare(self) -> None:  # noqa: B027 - most have nothing to prepare
        """What must be done before `start` returns."""

    def last_turn(self) -> None:  # noqa: B027 - nor anything left
        """What is left to do when it stops."""

    def finding(self) -> str:
        """What is wrong although its turns go well."""
        return ""

    def rest(self, seconds: float) -> None:
        """Within a turn; cut short only by stopping."""
        self._stop.wait(seconds)

    def _loop(self) -> None:
        if not self.begins_at_once:
            self._sleep(None)
        while not self._stop.is_set():
            self._sleep(self.guarded(self.turn))
        self.guarded(self.last_turn)

    def _sleep(self, seconds: float | None) -> None:
        self._wake.wait(self.every_seconds if seconds is None else seconds)
        self._wake.clear()

    def guarded(self, deed: Callable[[], float | None]) -> float | None:
        """Do it; what goes wrong is told and never raised."""
        try:
            pause = deed()
        except InspectError as error:
            self._tell(str(error))
        except Exception as error:  # noqa: BLE001 - the loop must outlive whatever one turn meets
            told = f"a defect of inspect-pipelines: {type(error).__name__}; its log says more"
            self._tell(told, defect=error)
        else:
            self._trouble = ""
            return pause
        return None

    def _tell(self, sentence: str, *, defect: Exception | None = None) -> None:
        """In the log only once, however often it happens again."""
        if sentence != self._trouble:
            log.warning("%s: %s", self.name, sentence, exc_info=defect)
        self._trouble = sentence
