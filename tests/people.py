"""Members and the tokens that they hold, in a real ledger."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from inspect_pipelines.domain.access import LOCAL, Caller, Permission, Role
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.change_members import add_member
from inspect_pipelines.usecases.access.create_token import Created, create_token

BY = "user:root"


def a_token(
    house: House,
    login: str = "ada",
    *,
    role: Role = Role.ADMIN,
    scopes: Collection[Permission] | None = None,
    days: int = 90,
    random: bytes = b"",
    is_personal: bool = False,
    creator: Caller = LOCAL,
) -> Created:
    """Of a member who has this role from now on."""
    add_member(house, login, role, by=BY)
    return create_token(
        house,
        login,
        name=f"{login}'s program",
        scopes=scopes,
        expires_at=house.clock.now() + timedelta(days=days),
        random=random or f"{house.org_id}/{login}".encode()[:16].ljust(16, b"."),
        by=BY,
        is_personal=is_personal,
        creator=creator,
    )


def bearer(token: Created | str) -> dict[str, str]:
    """The header that shows it."""
    return {"Authorization": f"Bearer {token if isinstance(token, str) else token.text}"}
