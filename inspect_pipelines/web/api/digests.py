"""`/digests`: what each owner should look at by now, as they hear of it once a week."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.queries.digests import DigestPreview, preview_digests
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.route import Answer, AskedBy, Routes


def digests(gate: Gate) -> Routes:
    routes = Routes(gate, "digests")

    @routes.get("/digests", permitted(Permission.NOTIFICATIONS_READ), Answer(DigestPreview))
    def show(
        asked: AskedBy,
        owner: Annotated[
            str | None, Query(max_length=200, description="Only theirs, with or without @; empty: nobody's.")
        ] = None,
    ) -> Response:
        """What each owner owes now: reviews that wait, views that are broken, unstable or at risk, drift, what ends soon."""
        return asked.answer(preview_digests(asked.house, owner=owner, now=asked.house.clock.now()))

    return routes
