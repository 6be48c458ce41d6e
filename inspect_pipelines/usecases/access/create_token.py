"""Create a token: its text is handed out once, and kept nowhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from inspect_pipelines.domain.access import (
    LOCAL,
    ROLES,
    AccessToken,
    Caller,
    Permission,
    lendable,
    token_hash,
    token_text,
    why_not_personal,
)
from inspect_pipelines.errors import Forbidden, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.change_members import known_member

LONGEST = timedelta(days=366)
USUAL_LIFE = timedelta(days=90)
NAME_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class Created:
    token: AccessToken
    text: str  # shown now or never


def create_token(
    house: House,
    login: str,
    *,
    name: str,
    scopes: Collection[Permission] | None,
    expires_at: datetime,
    random: bytes,
    by: str,
    is_personal: bool = False,
    creator: Caller = LOCAL,
) -> Created:
    """A token that speaks for a member.

    Args:
        house: Ports.
        login: The member.
        name: What it is for; shown in lists.
        scopes: The permissions that it has at most; None: all that the member's role has now.
        expires_at: UTC; when it opens nothing any more.
        random: 16 bytes that nobody can guess.
        by: Who creates it, `user:NAME`.
        is_personal: Whoever shows it is the member themselves, and no machine that speaks for them.
        creator: Who asks for it; no token of theirs may more than they. A personal one is made by that person, or on the
            machine itself.

    Raises:
        NotFound: There is no such member.
        UsageError: The name is empty or long, or its end is over or more than a year away.
        Refused: A scope is more than the member's role has, or than whoever creates it.
        Forbidden: It would be personal, and somebody else's.
    """
    if is_personal and (problem := why_not_personal(creator, login)):
        raise Forbidden(
            f"a personal token is {login!r} themselves, and {problem}: they create it, signed in or on the machine itself; "
            "without `is_personal` it is a machine's, which may do the same but for making pictures the approved ones"
        )
    now = house.clock.now()
    if not 0 < len(name) <= NAME_CHARACTERS or not name.isprintable():
        raise UsageError(
            f"a token's name says what it is for in 1 to {NAME_CHARACTERS} characters; {name[:80]!r} does not"
        )
    if not now < expires_at <= now + LONGEST:
        raise UsageError(
            f"a token ends after now and within {LONGEST.days} days, not at {expires_at:%Y-%m-%d %H:%M} UTC"
        )
    text = token_text(random)
    with house.ledger.write() as ledger:
        member = known_member(ledger, login)
        of_role = ROLES[member.role]
        has = of_role & lendable(creator)
        beyond = sorted(scope.value for scope in scopes or () if scope not in has)
        if beyond:
            whose = f"the role {member.role.value!r} has" if has == of_role else "whoever creates it has"
            raise Refused(
                f"a token of {login!r} cannot have {', '.join(map(repr, beyond))}: {whose} only "
                f"{', '.join(sorted(has))}"
            )
        token = AccessToken(
            org_id=house.org_id,
            id=house.clock.new_id(),
            name=name,
            login=login,
            scopes=has if scopes is None else frozenset(scopes),
            sha256=token_hash(text),
            created_at=now,
            created_by=by,
            expires_at=expires_at,
            is_personal=is_personal,
        )
        ledger.tokens.add(token)
        return Created(token, text)
