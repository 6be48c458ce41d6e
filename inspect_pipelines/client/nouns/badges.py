"""What the API can do with badges. Written by `python docs/client.py`."""

from __future__ import annotations

from inspect_pipelines.client.noun import Noun, below


class Badges(Noun):
    """`client.badges`."""

    def of_schedule(self, schedule_id: str) -> bytes:
        """How a schedule's last run ended, as a picture of 20 pixels' height."""
        return self._bytes(below("/schedules/{schedule_id}/badge.svg", schedule_id=schedule_id))

    def of_trigger(self, trigger_id: str) -> bytes:
        """How a trigger's last run ended, as a picture of 20 pixels' height."""
        return self._bytes(below("/triggers/{trigger_id}/badge.svg", trigger_id=trigger_id))
