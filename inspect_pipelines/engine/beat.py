"""The beat of a process that is no web process: says every minute what it is, notices when its code has become too old, and
takes over what is published on other machines.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.presence import BEAT_SECONDS, Presence
from inspect_pipelines.errors import InspectError, Refused
from inspect_pipelines.wiring import house

LOOK_EVERY_SECONDS = 5.0


class Beat:
    """A thread of its own, which nobody waits for.

    Args:
        facts: Asked at each beat.
        say: Told what is wrong, once.
        too_old: Called when the ledger needs newer code than this; it beats no more then.
    """

    def __init__(
        self,
        settings: Settings,
        facts: Callable[[], Presence],
        *,
        say: Callable[[str], None],
        too_old: Callable[[], None],
        every_seconds: float = BEAT_SECONDS,
    ) -> None:
        self._settings, self._facts, self._say, self._too_old = settings, facts, say, too_old
        self._every_seconds = every_seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="presence", daemon=True)
        self._publication = house(settings).publication
        self._trouble = ""

    def start(self) -> None:
        self._thread.start()

    def stop(self, *, wait_seconds: float = 5.0) -> None:
        """End it, and be missed by nobody."""
        self._stopped.set()
        self._thread.join(wait_seconds)

    def _beat(self) -> None:
        tells_at = 0.0  # seconds until it does
        while True:
            try:
                if tells_at <= 0:
                    tells_at = self._every_seconds
                    self._tell()
                self._publication.refresh()
                self._trouble = ""
            except Refused as error:
                self._say(f"{error}; this takes nothing new, and ends after its last run")
                self._too_old()
                return
            except InspectError as error:
                if str(error) != self._trouble:
                    self._say(f"{error}; this goes on as it was")
                self._trouble = str(error)
            tells_at -= LOOK_EVERY_SECONDS
            if self._stopped.wait(LOOK_EVERY_SECONDS):
                self._leave()
                return

    def _tell(self) -> None:
        """Over a connection of its own, so that each time the ledger's schema is looked at."""
        ours = house(self._settings)
        try:
            ours.ledgers.presences.tell(self._facts(), lambda: ours.clock.now().timestamp())
        finally:
            ours.ledgers.close()

    def _leave(self) -> None:
        ours = house(self._settings)
        try:
            ours.ledgers.presences.leave(self._facts())
        except InspectError as error:
            self._say(str(error))
        finally:
            ours.ledgers.close()
