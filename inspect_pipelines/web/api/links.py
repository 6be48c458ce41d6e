"""`/organization/links`: what messages hold to open reports without a sign-in."""

from __future__ import annotations

import secrets

from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.signed_link import KEY_BYTES
from inspect_pipelines.queries.links import RevokedLinks
from inspect_pipelines.usecases.access.open_link import revoke_links
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.route import Answer, AskedOnce, Routes


def links(gate: Gate) -> Routes:
    routes = Routes(gate, "organization")
    may = permitted(Permission.ACCESS_ADMIN)

    @routes.post(
        "/organization/links/revoke", may, Answer(RevokedLinks), Deed("links.revoke", "organization")
    )
    def revoke_all(asked: AskedOnce) -> Response:
        """Take back every signed link in messages of the organisation; those of later messages open again."""
        random = secrets.token_bytes(KEY_BYTES)
        return asked.answer(RevokedLinks(revoke_links(asked.house, random=random, by=asked.caller.actor)))

    return routes
