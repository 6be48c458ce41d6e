"""`GET /api/v1/permissions/explain`: why somebody may ask for something, or may not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from fastapi import Query
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from inspect_pipelines.domain.access import ROLES, Caller, Permission, Role, least_role, why
from inspect_pipelines.errors import NotFound
from inspect_pipelines.queries.access import Explanation
from inspect_pipelines.web.access.declaration import KNOWN, Declaration, declaration_of
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.route import Answer, Asked, AskedBy, Routes

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


def permissions(gate: Gate, every_route: Callable[[], Sequence[BaseRoute]]) -> Routes:
    """The route.

    Args:
        gate: Whom it lets in.
        every_route: Of the application, this one included.
    """
    routes = Routes(gate, "permissions")

    @routes.get("/permissions/explain", KNOWN, Answer(Explanation))
    def explain(
        asked: AskedBy,
        path: Annotated[
            str, Query(description="An address of this server.", examples=["/api/v1/runs"], max_length=500)
        ],
        method: Method = "GET",
        role: Annotated[Role | None, Query(description="Ask for somebody else, who has this role ..")] = None,
        scope: Annotated[
            list[Permission] | None, Query(description=".. and, it may be, a token with these scopes.")
        ] = None,
    ) -> Response:
        """Why a request would be let in, or not; nothing is done."""
        route, declaration = _found(every_route(), method, path)
        asker = asked.caller if role is None and scope is None else _somebody(asked, role, scope)
        wanted, of_own = declaration.permission, declaration.of_own
        because = why(asker, wanted) if wanted else f"it is for {declaration.whom.value}"
        if wanted not in asker.rights and of_own in asker.rights:
            because += f"; but by {of_own.value!r} they see what they asked for themselves"
        return asked.answer(
            Explanation(
                method=method,
                path=getattr(route, "path", path),
                whom=declaration.whom.value,
                permission=wanted,
                least_role=least_role(wanted) if wanted else None,
                asker=asker.actor,
                is_allowed=declaration.admits(asker.rights),
                because=because,
            )
        )

    return routes


def _found(routes: Sequence[BaseRoute], method: str, path: str) -> tuple[BaseRoute, Declaration]:
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    for route in routes:
        declaration = declaration_of(route)
        if declaration and route.matches(dict(scope))[0] is Match.FULL:
            return route, declaration
    raise NotFound(f"there is nothing at {method} {path[:200]!r}; /openapi.json lists what there is")


def _somebody(asked: Asked, role: Role | None, scopes: list[Permission] | None) -> Caller:
    role = role or asked.caller.role or Role.ADMIN
    narrowed = None if scopes is None else frozenset(scopes)
    rights = ROLES[role] if narrowed is None else ROLES[role] & narrowed
    return Caller(f"somebody who is {role.value}", asked.house.org_id, rights, role=role, scopes=narrowed)
