"""Access: the members of an organisation, and their tokens as far as anybody may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from inspect_pipelines.domain.access import AccessToken, Caller, Member, Permission, Role
from inspect_pipelines.domain.spelling import nearest
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.json_shape import FLAT


@dataclass(frozen=True, slots=True)
class TokenSummary:
    """A token without what would help to use it."""

    id: str
    name: str
    login: str
    kind: str  # personal | machine | workflow
    state: str  # active | expired | revoked
    scopes: tuple[Permission, ...]
    created_at: datetime  # UTC, as all of them
    created_by: str
    expires_at: datetime
    last_used_at: datetime | None  # to the hour


@dataclass(frozen=True, slots=True)
class CreatedToken:
    token: TokenSummary = field(metadata=FLAT)
    text: str  # what its holder shows; here and never again


@dataclass(frozen=True, slots=True)
class WorkflowToken:
    text: str  # what the workflow shows from now on; here and never again
    workflow: str  # acme/shop@refs/heads/main
    scopes: tuple[Permission, ...]
    expires_at: datetime  # UTC


@dataclass(frozen=True, slots=True)
class Explanation:
    method: str
    path: str  # with the names of its parameters
    whom: str  # it is for
    permission: Permission | None  # that it takes
    least_role: Role | None  # that has the permission
    asker: str  # who asks now, or the role that was named
    is_allowed: bool
    because: str


def list_members(house: House) -> list[Member]:
    """By login."""
    with house.ledger.read() as ledger:
        return ledger.members.all()


def find_member(members: Sequence[Member], login: str) -> Member:
    """The member of that login.

    Raises:
        NotFound: There is none; the sentence says whom there is.
    """
    logins = [one.login for one in members]
    if login not in logins:
        raise NotFound(
            f"user {login!r} is no member{nearest(login, logins)}; members: {', '.join(logins) or 'none'}; "
            "add one with: inspect-pipelines users add NAME --role ROLE"
        )
    return members[logins.index(login)]


def list_tokens(house: House) -> list[TokenSummary]:
    """Newest first, those that open nothing any more included."""
    with house.ledger.read() as ledger:
        tokens = ledger.tokens.all()
    return [token_summary(token, house.clock.now()) for token in tokens]


def list_own_tokens(house: House, caller: Caller) -> list[TokenSummary]:
    """Those that speak for whoever asks, newest first; of a machine, which shows one, that one."""
    with house.ledger.read() as ledger:
        tokens = [one for one in ledger.tokens.all() if one.is_own(caller)]
    return [token_summary(token, house.clock.now()) for token in tokens]


def token_summary(token: AccessToken, now: datetime) -> TokenSummary:
    """As lists show it."""
    return TokenSummary(
        token.id,
        token.name,
        token.login,
        token.kind,
        token.state(now),
        tuple(sorted(token.scopes)),
        token.created_at,
        token.created_by,
        token.expires_at,
        token.last_used_at,
    )


class Named(Protocol):
    """Something that a person names by its id or its name."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


def find_token(tokens: Sequence[T], text: str) -> T:
    """The token that somebody means: by its id or the beginning of it, or by its name.

    Raises:
        NotFound: There is no such token.
        Refused: Several are meant.
    """
    found = [one for one in tokens if one.id == text]
    found = found or [one for one in tokens if text and (one.name == text or one.id.startswith(text))]
    if not found:
        raise NotFound(f"token {text!r} does not exist; list them with: inspect-pipelines tokens list")
    if len(found) > 1:
        some = ", ".join(f"{one.id} ({one.name})" for one in found[:3])
        raise Refused(f"token {text!r} is not clear, several are meant: {some}; type its whole id")
    return found[0]


def has_administrator(house: House) -> bool:
    """Whether some organisation of the home has one; before, nobody from another machine may ask anything."""
    with house.ledgers.read() as ledgers:
        return ledgers.access.has_administrator()
