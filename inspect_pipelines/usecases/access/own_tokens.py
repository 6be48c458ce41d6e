"""Own tokens: what a member makes for themselves, and takes back, without whoever administers access."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from inspect_pipelines.domain.access import Caller, Permission, ownable, why_no_own_tokens
from inspect_pipelines.errors import Forbidden, NotFound, Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.create_token import Created, create_token
from inspect_pipelines.usecases.access.revoke_token import revoke_token


def create_own_token(
    house: House,
    caller: Caller,
    *,
    name: str,
    scopes: Collection[Permission] | None,
    expires_at: datetime | None,
    usually_until: datetime,
    random: bytes,
) -> Created:
    """A personal token of whoever asks: at most what they may now, and nothing that administers.

    Args:
        house: Ports.
        caller: A member, signed in or by a personal token.
        name: What it is for.
        scopes: At most these; None: all that they may and an own token can have.
        expires_at: UTC; None: `usually_until`, or sooner where the token that they show ends sooner.
        usually_until: UTC.
        random: 16 bytes that nobody can guess.

    Raises:
        Forbidden: It is no person who asks, or no member.
        Refused: A scope is more than that, or its end is behind the end of the token that they show.
        UsageError: As `create_token`.
    """
    if problem := why_no_own_tokens(caller):
        raise Forbidden(problem)
    has = ownable(caller)
    if beyond := sorted(one.value for one in scopes or () if one not in has):
        raise Refused(
            f"an own token cannot have {', '.join(map(repr, beyond))}: it has at most what you may, and administers nothing; "
            "an administrator creates another one with: inspect-pipelines tokens create"
        )
    last = _end_of_shown(house, caller)
    if expires_at is not None and last is not None and expires_at > last:
        raise Refused(
            f"the token that you show ends at {last:%Y-%m-%d %H:%M} UTC, and none that it creates ends later; "
            "sign in to create one that does"
        )
    return create_token(
        house,
        caller.actor.removeprefix("user:"),
        name=name,
        scopes=has if scopes is None else scopes,
        expires_at=expires_at or min(usually_until, last or usually_until),
        random=random,
        by=caller.actor,
        is_personal=True,
        creator=caller,
    )


def revoke_own_token(house: House, caller: Caller, token_id: str) -> None:
    """One that speaks for whoever asks opens nothing from now on; a machine may end the one that it shows.

    Raises:
        NotFound: There is none of that id, or it is somebody else's, which sounds the same.
        Refused: It was revoked before.
    """
    with house.ledger.read() as ledger:
        own = [one.id for one in ledger.tokens.all() if one.is_own(caller)]
    if token_id not in own:
        raise NotFound(f"there is no token {token_id[:100]!r} of yours")
    revoke_token(house, token_id, by=caller.actor)


def _end_of_shown(house: House, caller: Caller) -> datetime | None:
    if caller.token_id is None:
        return None
    with house.ledger.read() as ledger:
        (shown,) = [one for one in ledger.tokens.all() if one.id == caller.token_id]
    return shown.expires_at
