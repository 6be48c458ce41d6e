"""A sign-in: a person's browser that is known for a while; a session is a playbook's, see domain/session.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from inspect_pipelines.domain.access import ROLES, Caller, Member
from inspect_pipelines.domain.ids import OrgId

IDLE = timedelta(
    hours=12
)  # without a request: a working day's break, and not a night on a machine left behind
LONGEST = timedelta(days=7)  # however busy
NOTED_EVERY = timedelta(minutes=5)  # so that reading costs no write; an idle end may come that much too early
KEPT_FOR = timedelta(days=30)  # behind its end, for whoever looks who was there
RANDOM_BYTES = 32
TEXT = re.compile(r"^insp_web_[0-9a-f]{64}$")
AGENT_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class SignIn:
    """What the server knows of a browser; the text that it shows is nowhere, only a hash of it.

    Attributes:
        how: It was proven who they are: `password`, or `oidc`.
        agent: What the browser calls itself, for the person who looks over their list.
        ended_by: `user:NAME`, or `system:..`.
    """

    org_id: OrgId
    id: str
    login: str
    sha256: str
    how: str
    agent: str
    begun_at: datetime  # UTC, as all of them
    seen_at: datetime  # to `NOTED_EVERY`
    ended_at: datetime | None = None
    ended_by: str | None = None

    @property
    def ends_at(self) -> datetime:
        """When it ends by itself if nothing is asked any more."""
        return min(self.seen_at + IDLE, self.begun_at + LONGEST)

    def state(self, now: datetime) -> str:
        """`active`, `idle` too long, `expired`, or `ended` by somebody."""
        if self.ended_at is not None:
            return "ended"
        if now >= self.begun_at + LONGEST:
            return "expired"
        return "active" if now < self.ends_at else "idle"


def sign_in_text(random: bytes) -> str:
    """What a browser shows, of that randomness."""
    return f"insp_web_{random.hex()}"


def is_sign_in(text: str) -> bool:
    """Whether it can be one of ours."""
    return bool(TEXT.fullmatch(text))


def signed_in(one: SignIn, member: Member) -> Caller:
    """The person themselves, with all that their role has now."""
    return Caller(
        actor=f"user:{member.login}",
        org_id=member.org_id,
        rights=ROLES[member.role],
        role=member.role,
        sign_in_id=one.id,
    )
