"""A route's declaration: whom it is for. Said once beside the route; the gate, OpenAPI, docs/permissions.md and tests read it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import Scope

from inspect_pipelines.domain.access import Permission

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
T = TypeVar("T", bound=Callable[..., object])


class For(StrEnum):
    """Whom a route is for; the text is what docs/permissions.md says."""

    ANYBODY = "anybody"
    SIGNERS = "whoever signs with the secret of the source"
    PROVERS = "whoever proves which workflow of CI it is"
    ENTRANTS = "whoever signs in or out"
    HOLDERS = "whoever has a signed link out of a message"
    KNOWN = "whoever is known"
    PERMITTED = "whoever has the permission"


@dataclass(frozen=True, slots=True)
class Declaration:
    """Whom a route is for.

    Attributes:
        permission: That all need; None: none is asked for.
        further: That some requests need besides, by what their bodies wish; the use case asks for them.
        of_own: Whoever has this one instead sees what they asked for themselves; the query leaves out the rest.
    """

    whom: For
    permission: Permission | None = None
    further: tuple[Permission, ...] = ()
    of_own: Permission | None = None

    def admits(self, rights: Collection[Permission]) -> bool:
        """Whether somebody with these rights is let in."""
        return self.permission is None or self.permission in rights or self.of_own in rights


ANYBODY = Declaration(For.ANYBODY)
SIGNERS = Declaration(For.SIGNERS)
PROVERS = Declaration(For.PROVERS)
ENTRANTS = Declaration(For.ENTRANTS)
HOLDERS = Declaration(For.HOLDERS)
KNOWN = Declaration(For.KNOWN)


def permitted(permission: Permission, *further: Permission, of_own: Permission | None = None) -> Declaration:
    """Who has it, by a token, signed in with a browser, or as the local person."""
    return Declaration(For.PERMITTED, permission, further, of_own)


def is_for(declaration: Declaration) -> Callable[[T], T]:
    """Write it down at an endpoint."""

    def declared(endpoint: T) -> T:
        endpoint.declaration = declaration  # type: ignore[attr-defined]  # a function takes any
        return endpoint

    return declared


def declaration_of(route: BaseRoute) -> Declaration | None:
    """The route's; None: it has none, which a test refuses."""
    holder = route.app if isinstance(route, Mount) else getattr(route, "endpoint", None)
    found = getattr(holder, "declaration", None)
    return found if isinstance(found, Declaration) else None


def methods_at(routes: Sequence[BaseRoute], scope: Scope) -> list[str]:
    """Every method that an address has, of which each may be a route of its own.

    As OpenAPI reads addresses: one that is written down is itself, and no value of another one's parameter.
    """
    found = [one for one in routes if isinstance(one, Route) and one.matches(scope)[0] is not Match.NONE]
    written = [one for one in found if one.path == scope["path"]]
    return sorted({method for route in written or found for method in route.methods or ()})


def operations(routes: Sequence[BaseRoute]) -> Iterator[tuple[str, str, BaseRoute]]:
    """(method, path, route) of each, in the order of the addresses; a method `any` is whatever is asked."""
    found = [
        (getattr(route, "path", ""), method, route)
        for route in routes
        for method in (
            [one for one in METHODS if one in (route.methods or ())] if isinstance(route, Route) else ["any"]
        )
    ]
    for path, method, route in sorted(found, key=lambda one: one[:2]):
        yield method, path, route
