"""`/export`: what the API made, as a file."""

from __future__ import annotations

from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.queries.export import export_text
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.route import YAML, Answer, AskedBy, Routes


def export(gate: Gate) -> Routes:
    routes = Routes(gate, "export")

    @routes.get("/export", permitted(Permission.DEFINITIONS_READ), Answer(str, media_type=YAML))
    def export_(asked: AskedBy) -> Response:
        """All that the API made, as a schedules.yaml that `apply` takes over."""
        return Response(export_text(asked.house), media_type=YAML)

    return routes
