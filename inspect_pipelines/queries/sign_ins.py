"""Sign-ins: in which browsers people are known, and who somebody is themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.access import Caller, Permission, Role
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.sign_in import SignIn
from inspect_pipelines.ports.house import House


@dataclass(frozen=True, slots=True)
class SignInSummary:
    """A sign-in without what would help to use it."""

    id: str
    login: str
    state: str  # active | idle | expired | ended
    how: str  # password | oidc
    agent: str  # what the browser calls itself
    begun_at: datetime  # UTC, as all of them
    seen_at: datetime  # to five minutes
    ends_at: datetime  # by itself, if nothing is asked any more
    ended_by: str | None
    is_this: bool  # with which it is asked


@dataclass(frozen=True, slots=True)
class Me:
    """Who asks."""

    actor: str  # as it stands in audit and decisions
    login: str | None  # of a member; null: the local person, or a workflow
    organization: OrgId | None  # the one that they see; null: the local person, who sees all
    role: Role | None
    rights: tuple[Permission, ...]
    known_by: str  # machine | token | sign-in
    has_password: bool
    sign_in: SignInSummary | None


@dataclass(frozen=True, slots=True)
class SignedOut:
    was_signed_in: bool


@dataclass(frozen=True, slots=True)
class SignedOutEverywhere:
    login: str
    ended_sign_ins: int  # browsers that have to sign in again


@dataclass(frozen=True, slots=True)
class PasswordSet:
    login: str
    ended_sign_ins: int  # browsers that have to sign in again


def who_asks(house: House, caller: Caller) -> Me:
    """The caller as they may see themselves."""
    login = None if caller.role is None else caller.actor.removeprefix("user:")
    known_by = "sign-in" if caller.sign_in_id else "token" if caller.token_id else "machine"
    with house.ledger.read() as ledger:
        has_password = login is not None and ledger.passwords.find(login) is not None
    browsers = list_sign_ins(house, caller, is_own=True) if caller.sign_in_id else []
    return Me(
        actor=caller.actor,
        login=login,
        organization=caller.org_id,
        role=caller.role,
        rights=tuple(sorted(caller.rights)),
        known_by=known_by,
        has_password=has_password,
        sign_in=next((one for one in browsers if one.is_this), None),
    )


def list_sign_ins(house: House, caller: Caller, *, is_own: bool) -> list[SignInSummary]:
    """Newest first, those that are over for a month at most included.

    Args:
        house: Ports.
        caller: Who asks.
        is_own: Theirs only; whoever is no member has none.
    """
    login = caller.actor.removeprefix("user:") if is_own else None
    with house.ledger.read() as ledger:
        found = ledger.sign_ins.all(login)
    return [sign_in_summary(one, caller, house.clock.now()) for one in found]


def sign_in_summary(one: SignIn, caller: Caller, now: datetime) -> SignInSummary:
    """As lists show it."""
    return SignInSummary(
        id=one.id,
        login=one.login,
        state=one.state(now),
        how=one.how,
        agent=one.agent,
        begun_at=one.begun_at,
        seen_at=one.seen_at,
        ends_at=one.ended_at or one.ends_at,
        ended_by=one.ended_by,
        is_this=one.id == caller.sign_in_id,
    )
