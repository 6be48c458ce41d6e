"""What the API can do with playbooks. Written by `python docs/client.py`."""

from __future__ import annotations

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.queries.playbooks import PlaybookDossier, PlaybookSummary


class Playbooks(Noun):
    """`client.playbooks`."""

    def list(self) -> tuple[PlaybookSummary, ...]:
        """Every playbook that a definition plays, by its id."""
        return self._many(PlaybookSummary, "GET", "/playbooks")

    def show(self, playbook_id: str) -> PlaybookDossier:
        """A playbook with its steps, variables and viewports; secrets are references, never values."""
        return self._one(PlaybookDossier, "GET", below("/playbooks/{playbook_id}", playbook_id=playbook_id))
