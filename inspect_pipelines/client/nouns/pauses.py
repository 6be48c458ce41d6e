"""What the API can do with pauses. Written by `python docs/client.py`."""

from __future__ import annotations

from datetime import datetime

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.usecases.definitions.pause import Resumed


class Pauses(Noun):
    """`client.pauses`."""

    def pause_schedule(
        self, schedule_id: str, *, reason: str, until: datetime | None = None, key: str | None = None
    ) -> Pause:
        """Hold a schedule back at once; people still may start it."""
        return self._one(
            Pause,
            "POST",
            below("/schedules/{schedule_id}/pause", schedule_id=schedule_id),
            body={"reason": reason, "until": until},
            headers={"Idempotency-Key": key},
        )

    def resume_schedule(self, schedule_id: str, *, key: str | None = None) -> Resumed:
        """Let a schedule go on; what was due meanwhile is told, and never fires late."""
        return self._one(
            Resumed,
            "POST",
            below("/schedules/{schedule_id}/resume", schedule_id=schedule_id),
            headers={"Idempotency-Key": key},
        )

    def pause_trigger(
        self, trigger_id: str, *, reason: str, until: datetime | None = None, key: str | None = None
    ) -> Pause:
        """Hold a trigger back at once; people still may start it."""
        return self._one(
            Pause,
            "POST",
            below("/triggers/{trigger_id}/pause", trigger_id=trigger_id),
            body={"reason": reason, "until": until},
            headers={"Idempotency-Key": key},
        )

    def resume_trigger(self, trigger_id: str, *, key: str | None = None) -> Resumed:
        """Let a trigger go on from now on."""
        return self._one(
            Resumed,
            "POST",
            below("/triggers/{trigger_id}/resume", trigger_id=trigger_id),
            headers={"Idempotency-Key": key},
        )

    def pause_all(self, *, reason: str, until: datetime | None = None, key: str | None = None) -> Pause:
        """Hold all schedules and triggers of the organisation back at once; people still may start them."""
        return self._one(
            Pause,
            "POST",
            "/organization/pause",
            body={"reason": reason, "until": until},
            headers={"Idempotency-Key": key},
        )

    def resume_all(self, *, key: str | None = None) -> Resumed:
        """Let the organisation go on; what was paused one by one stays so, and what was due meanwhile never fires late."""
        return self._one(Resumed, "POST", "/organization/resume", headers={"Idempotency-Key": key})
