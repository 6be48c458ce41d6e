"""docs/permissions.md: who may ask for what, made of the declarations of all routes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from starlette.routing import BaseRoute, Mount

from inspect_pipelines.domain.access import ROLES, Permission, Role, least_role
from inspect_pipelines.web.access.declaration import declaration_of, operations

HEAD = """# Permissions

This page is made of the program itself, by `python docs/permissions.py`; a test refuses it when it is not up to date.

Each address is declared once, and that declaration is what lets people in, what `/openapi.json` says, and what stands here.
`GET /api/v1/permissions/explain?path=/api/v1/runs` tells why you may ask for something, or may not; `role=viewer` and
`scope=runs:read` ask the same for somebody else.

A token has the permissions of its member's role *at the time it is used*, or of its scopes where they are fewer.
"""
ROUTES = """
## Addresses

| | Address | For | Permission | From the role |
|---|---|---|---|---|
"""
PERMISSIONS = """
## Roles

| Permission | {roles} |
|---|{lines}|
"""
NOTES = """
`deployment:admin` is for what shows all organisations of a home at once; where there are several, nobody has it but the local person.
"""


def permissions_page(routes: Sequence[BaseRoute]) -> str:
    """The page, as Markdown."""
    head = PERMISSIONS.format(
        roles=" | ".join(role.value for role in Role), lines="|".join("---" for _ in Role)
    )
    return HEAD + ROUTES + "\n".join(_rows(routes)) + "\n" + head + "\n".join(_roles()) + "\n" + NOTES


def _rows(routes: Sequence[BaseRoute]) -> Iterator[str]:
    for method, path, route in operations(routes):
        declared = declaration_of(route)
        assert declared is not None, f"{method} {path} says nothing of whom it is for"
        wanted = declared.permission
        role = least_role(wanted).value if wanted else ""
        address = f"{path}/.." if isinstance(route, Mount) else path
        more = ", ".join(map(_quoted, declared.further))
        takes = _quoted(wanted) + (f"; some wishes: {more}" if more else "")
        takes += f"; one's own: {_quoted(declared.of_own)}" if declared.of_own else ""
        yield f"| {method} | `{address}` | {declared.whom.value} | {takes} | {role} |"


def _roles() -> Iterator[str]:
    for permission in Permission:
        marks = " | ".join("✓" if permission in ROLES[role] else "" for role in Role)
        yield f"| {_quoted(permission)} | {marks} |"


def _quoted(permission: Permission | None) -> str:
    return f"`{permission.value}`" if permission else ""
