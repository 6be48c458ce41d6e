"""Who may do what: permissions, the roles that hold them, members, and the tokens that speak for a member."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from inspect_pipelines.domain.ids import OrgId


class Permission(StrEnum):
    """What a route asks for; also what a token's scopes are made of."""

    DEFINITIONS_READ = "definitions:read"
    RUNS_READ = "runs:read"
    PICTURES_READ = "pictures:read"
    EVENTS_READ = "events:read"
    INCIDENTS_READ = "incidents:read"
    NOTIFICATIONS_READ = "notifications:read"
    ORGANIZATION_READ = "organization:read"
    METRICS_READ = "metrics:read"
    RUNS_WRITE = "runs:write"  # start, cancel, retry
    DEFINITIONS_PAUSE = "definitions:pause"  # and switch on and off
    DEFINITIONS_WRITE = "definitions:write"  # create, replace, delete, restore
    INCIDENTS_WRITE = "incidents:write"  # acknowledge, silence
    EVENTS_REPLAY = "events:replay"
    NOTIFICATIONS_RESEND = "notifications:resend"
    CHANNELS_TEST = "channels:test"
    HISTORY_QUERY = "history:query"  # SQL over everything that the organisation's history holds
    ACCESS_ADMIN = "access:admin"  # members, tokens, and the audit
    REVIEW_PROPOSE = "review:propose"  # also quarantine
    REVIEW_DECIDE = "review:decide"
    BASELINE_FINALIZE = "baseline:finalize"  # make pictures the approved ones
    DEPLOYMENT_ADMIN = "deployment:admin"

    @property
    def is_of_deployment(self) -> bool:
        """Whether it is about all organisations of a home at once."""
        return self is Permission.DEPLOYMENT_ADMIN


class Role(StrEnum):
    """What a member is in an organisation; each has the permissions of those before it."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    REVIEWER = "reviewer"
    ADMIN = "admin"


READING = frozenset(one for one in Permission if one.value.endswith(":read"))
OPERATING = READING | {
    Permission.RUNS_WRITE,
    Permission.DEFINITIONS_PAUSE,
    Permission.INCIDENTS_WRITE,
    Permission.EVENTS_REPLAY,
    Permission.NOTIFICATIONS_RESEND,
    Permission.CHANNELS_TEST,
    Permission.HISTORY_QUERY,
    Permission.REVIEW_PROPOSE,
}
REVIEWING = OPERATING | {Permission.REVIEW_DECIDE, Permission.BASELINE_FINALIZE}
ROLES: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.VIEWER: READING,
        Role.OPERATOR: OPERATING,
        Role.REVIEWER: REVIEWING,
        Role.ADMIN: frozenset(Permission),
    }
)

ADMINISTERING = frozenset((Permission.ACCESS_ADMIN, Permission.DEPLOYMENT_ADMIN))
OF_PEOPLE = frozenset((Permission.REVIEW_DECIDE, Permission.BASELINE_FINALIZE))  # of agents only by policy

LOGIN = re.compile(r"^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$")
PREFIX = "insp_pat_"
TOKEN = re.compile(r"^insp_pat_[0-9A-Za-z]{22}_[0-9a-f]{8}$")
RANDOM_BYTES = 16  # 128 bits; too many to guess, so a plain SHA-256 of it may be stored
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LETTERS = 22  # in base 62, of 128 bits


@dataclass(frozen=True, slots=True)
class Member:
    """A person in an organisation."""

    org_id: OrgId
    login: str
    role: Role
    added_at: datetime  # UTC
    added_by: str  # `user:NAME`


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a program shows to act for a member, or for itself as a workflow; its text is nowhere, only a hash of it."""

    org_id: OrgId
    id: str
    name: str
    login: (
        str  # the member that it speaks for, with the role that they have when it is used; or `Workflow.name`
    )
    scopes: frozenset[Permission]  # a scope can only narrow the role
    sha256: str
    created_at: datetime  # UTC, as all of them
    created_by: str
    expires_at: datetime
    last_used_at: datetime | None = None  # to the hour
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    proof: str | None = None  # of the workflow that got it; None: somebody created it, for a member
    is_personal: bool = (
        False  # whoever shows it is the member themselves; else a machine that speaks for them
    )

    @property
    def kind(self) -> str:
        """`personal`, `machine` or `workflow`."""
        if self.proof is not None:
            return "workflow"
        return "personal" if self.is_personal else "machine"

    def is_own(self, caller: Caller) -> bool:
        """Whether it is theirs to look at and to end: a person's are all that speak for them, a machine's the one it shows."""
        if self.id == caller.token_id:
            return True
        return not caller.is_machine and self.proof is None and f"user:{self.login}" == caller.actor

    def state(self, now: datetime) -> str:
        """`active`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "active" if now < self.expires_at else "expired"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    Attributes:
        actor: As it stands in audit and decisions: `user:ada`, or `local` for whoever sits at this machine.
        org_id: The one organisation that they see; None: the local person, who sees all of this home.
        rights: What they may do there now.
        token_id: The token that they showed.
        role: Of the member; None: the local person, or a workflow.
        scopes: Of the token; None: there is none, so nothing narrows the role.
        sign_in_id: Of the browser in which they are signed in.
        is_personal: Of the token: whoever shows it is the member themselves.
        is_agent: An agent acts for them, and says so.
    """

    actor: str
    org_id: OrgId | None
    rights: frozenset[Permission]
    token_id: str | None = None
    role: Role | None = None
    scopes: frozenset[Permission] | None = None
    sign_in_id: str | None = None
    is_personal: bool = False
    is_agent: bool = False

    @property
    def is_machine(self) -> bool:
        """Whether it is a program that acts, and no person: it shows a token that is not personal, or is an agent."""
        return self.is_agent or (self.token_id is not None and not self.is_personal)

    @property
    def is_borrowing(self) -> bool:
        """Whether it is an agent with nothing of its own to show: what it may is a person's, who gave it to no machine."""
        return self.is_agent and (self.token_id is None or self.is_personal)


LOCAL = Caller("local", None, frozenset(Permission))
NOBODY = Caller("nobody", None, frozenset())  # whoever has yet to prove who they are


def caller_of(token: AccessToken, member: Member) -> Caller:
    """The member through their token: what the role has now and the scopes leave."""
    return Caller(
        actor=f"user:{member.login}",
        org_id=member.org_id,
        rights=ROLES[member.role] & token.scopes,
        token_id=token.id,
        role=member.role,
        scopes=token.scopes,
        is_personal=token.is_personal,
    )


def workflow_of(token: AccessToken) -> Caller:
    """The workflow through its token."""
    return Caller(
        actor=f"workflow:{token.login}",
        org_id=token.org_id,
        rights=token.scopes,
        token_id=token.id,
        scopes=token.scopes,
    )


def local_person(login: str, *, is_agent: bool = False) -> Caller:
    """Whoever gives commands on the machine itself, or their agent."""
    return replace(LOCAL, actor=f"user:{login}", is_agent=is_agent)


def lendable(caller: Caller) -> frozenset[Permission]:
    """What they may give to a token: no agent gives what it may not do itself with what a person lent it."""
    return caller.rights - OF_PEOPLE if caller.is_borrowing else caller.rights


def ownable(caller: Caller) -> frozenset[Permission]:
    """What a person may give to a token of their own: nothing by which it would outlive what they are taken back."""
    return caller.rights - ADMINISTERING


def why_no_own_tokens(caller: Caller) -> str | None:
    """Why somebody has no tokens of their own: a sentence; None: they may have some."""
    if caller.is_machine:
        return "own tokens are a person's, who is signed in or shows a personal token; a machine makes none"
    if caller.org_id is None:
        return "the local person is no member; use: inspect-pipelines tokens create NAME --personal"
    return None


def why_no_password(caller: Caller) -> str | None:
    """Why somebody may set no password, by which they could come in as a person: a sentence; None: they may."""
    if caller.is_agent or caller.token_id is not None:
        return "a password is set by a person who is signed in, not by a token or an agent"
    return None


def why_not_personal(creator: Caller, login: str) -> str | None:
    """Why somebody may not create a token that is this member themselves: a clause; None: they may."""
    if creator.is_machine:
        return "a machine creates machines' tokens only"
    if creator.org_id is not None and creator.actor != f"user:{login}":
        return f"{creator.actor} is somebody else"
    return None


def may_see(caller: Caller, permission: Permission, *, asked_by: str | None) -> bool:
    """Whether they see something that somebody asked for: with the permission whosever it is, without it their own.

    Args:
        permission: That everybody else's takes.
        asked_by: Who asked for it, `user:ada`; None: nobody did, there is none.
    """
    return permission in caller.rights or asked_by == caller.actor


def token_text(random: bytes) -> str:
    """A token of that randomness: `insp_pat_<22 letters>_<crc32>`, which scanners for leaked secrets recognise."""
    number, letters = int.from_bytes(random), ""
    for _ in range(LETTERS):
        number, digit = divmod(number, len(DIGITS))
        letters = DIGITS[digit] + letters
    return f"{PREFIX}{letters}_{_checksum(PREFIX + letters)}"


def is_token(text: str) -> bool:
    """Whether it can be one of ours; a typing error is found without asking the ledger."""
    return bool(TOKEN.fullmatch(text)) and text.rpartition("_")[2] == _checksum(text.rpartition("_")[0])


def token_hash(text: str) -> str:
    """What is stored of it."""
    return hashlib.sha256(text.encode()).hexdigest()


def least_role(permission: Permission) -> Role:
    """The first role that has it."""
    return next(role for role in Role if permission in ROLES[role])


def why(caller: Caller, permission: Permission) -> str:
    """Why they may, or may not: a clause."""
    if caller.org_id is None:
        return "whoever sits at this machine has every right"
    if caller.role is None and caller.rights:
        return f"{caller.actor} has {', '.join(sorted(repr(one.value) for one in caller.rights))} and nothing else"
    if caller.role is None or permission not in ROLES[caller.role]:
        role = caller.role.value if caller.role else "no role"
        return f"{caller.actor} is {role!r}, and {permission.value!r} takes {least_role(permission).value!r}"
    if caller.scopes is not None and permission not in caller.scopes:
        return f"the token's scopes leave {permission.value!r} out"
    return f"{caller.actor} is {caller.role.value!r}, which has {permission.value!r}"


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"
