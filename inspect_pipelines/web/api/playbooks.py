"""`/playbooks`."""

from __future__ import annotations

from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.queries.playbooks import (
    PlaybookDossier,
    PlaybookSummary,
    list_playbooks,
    show_playbook,
)
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.route import Answer, AskedBy, Routes


def playbooks(gate: Gate) -> Routes:
    routes = Routes(gate, "playbooks")
    reads = permitted(Permission.DEFINITIONS_READ)

    @routes.get("/playbooks", reads, Answer(PlaybookSummary, is_list=True))
    def list_(asked: AskedBy) -> Response:
        """Every playbook that a definition plays, by its id."""
        return asked.list(list_playbooks(asked.house))

    @routes.get("/playbooks/{playbook_id}", reads, Answer(PlaybookDossier))
    def show(asked: AskedBy, playbook_id: str) -> Response:
        """A playbook with its steps, variables and viewports; secrets are references, never values."""
        return asked.answer(present(show_playbook(asked.house, playbook_id), "playbook", playbook_id))

    return routes
