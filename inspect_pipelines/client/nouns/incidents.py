"""What the API can do with incidents. Written by `python docs/client.py`."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.client.pages import Pages
from inspect_pipelines.domain.alerting import Silence
from inspect_pipelines.queries.incidents import IncidentDossier, IncidentSummary


class Incidents(Noun):
    """`client.incidents`."""

    def list(
        self, *, state: Literal["open", "any"] = "any", page_size: int = 50, cursor: str | None = None
    ) -> Pages[IncidentSummary]:
        """What is wrong now, and was; newest first by (opened_at, id)."""
        return self._pages(
            IncidentSummary, "/incidents", {"state": state}, page_size=page_size, cursor=cursor
        )

    def show(self, incident_id: str) -> IncidentDossier:
        """An incident with its runs and messages."""
        return self._one(IncidentDossier, "GET", below("/incidents/{incident_id}", incident_id=incident_id))

    def ack(self, incident_id: str, *, key: str | None = None) -> IncidentDossier:
        """Say that you look after it: no more reminders; its recovery is told all the same."""
        return self._one(
            IncidentDossier,
            "POST",
            below("/incidents/{incident_id}/ack", incident_id=incident_id),
            headers={"Idempotency-Key": key},
        )

    def keep_silent(
        self, incident_id: str, *, reason: str, until: datetime, key: str | None = None
    ) -> Silence:
        """Tell nobody of it until then."""
        return self._one(
            Silence,
            "POST",
            below("/incidents/{incident_id}/silence", incident_id=incident_id),
            body={"reason": reason, "until": until},
            headers={"Idempotency-Key": key},
        )
