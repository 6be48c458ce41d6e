"""What the API can do with find. Written by `python docs/client.py`."""

from __future__ import annotations

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.queries.found import Found, FoundDefinition


class Find(Noun):
    """`client.find`."""

    def run(self, run_id: str, *, or_definition: bool = False, ended: bool = False) -> Found:
        """The run that is meant."""
        return self._one(
            Found,
            "GET",
            below("/find/runs/{run_id}", run_id=run_id),
            query={"or_definition": or_definition, "ended": ended},
        )

    def baseline(self, baseline_id: str) -> Found:
        """The baseline that is meant."""
        return self._one(Found, "GET", below("/find/baselines/{baseline_id}", baseline_id=baseline_id))

    def incident(self, incident_id: str) -> Found:
        """The incident that is meant; a run means the one that it failed by."""
        return self._one(Found, "GET", below("/find/incidents/{incident_id}", incident_id=incident_id))

    def event(self, event_id: str) -> Found:
        """The event that is meant."""
        return self._one(Found, "GET", below("/find/events/{event_id}", event_id=event_id))

    def notification(self, notification_id: str) -> Found:
        """The message that is meant."""
        return self._one(
            Found, "GET", below("/find/notifications/{notification_id}", notification_id=notification_id)
        )

    def definition(self, definition_id: str) -> FoundDefinition:
        """The schedule or trigger of exactly that id; none is 404 with what is near."""
        return self._one(
            FoundDefinition, "GET", below("/find/definitions/{definition_id}", definition_id=definition_id)
        )
