"""Logins that last: what a login leaves behind, how long it is used, and when a refused one may be tried again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from inspect_pipelines.domain.ids import OrgId

RESTS = (
    5,
    15,
    60,
    240,
)  # minutes after the first, second, .. refusal in a row; most sites lock after 5 to 10


@dataclass(frozen=True, slots=True)
class LoginRules:
    """How a playbook's login lasts.

    Attributes:
        is_kept: Whether what it leaves behind is used by later runs; only what can be checked is.
        state: What people call it; playbooks with another name log in by themselves. Empty: no name.
        max_age_seconds: After that it is renewed, whatever the site says; None: as long as the site takes it.
        until: The step that signs out: from there on nobody needs to be logged in. Empty: none does.
        passkeys: Whether the browser has an authenticator of its own, whose passkeys are kept.
    """

    is_kept: bool = False
    state: str = ""
    max_age_seconds: float | None = None
    until: str = ""
    passkeys: bool = False


@dataclass(frozen=True, slots=True)
class LoginKey:
    """Which login: of whom, where, and what is done for it.

    Attributes:
        origin: Scheme, host and port of the site.
        fingerprint: The same for the same actions, checks and values, secret ones too; never stored as it is.
    """

    org_id: OrgId
    origin: str
    fingerprint: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A login that did not succeed."""

    at: datetime  # UTC
    why: str  # one sentence, secrets redacted
    count: int = 1  # how many there were in a row

    @property
    def rests_until(self) -> datetime:
        """Until then nobody tries again, so that no account gets locked."""
        return self.at + timedelta(minutes=RESTS[min(self.count, len(RESTS)) - 1])


@dataclass(frozen=True, slots=True)
class KeptLogin:
    """What is known of a login.

    Attributes:
        name: How people call it: its `state`, else its playbook.
        content: What the browser held then, as JSON; empty: nothing is kept. A secret as a whole.
    """

    origin: str
    name: str
    made_at: datetime  # UTC; of the content, or of the refusal when there is none
    made_by: str  # the run
    content: str = field(default="", repr=False)
    max_age_seconds: float | None = None
    refusal: Refusal | None = None

    def is_usable(self, now: datetime, rules: LoginRules) -> bool:
        """Whether it is worth a check by what the playbook says now; a clock that was set back makes nothing older."""
        if not self.content:
            return False
        most = rules.max_age_seconds
        return most is None or now - self.made_at < timedelta(seconds=most)

    @property
    def is_in_vain(self) -> bool:
        """Whether the site knew nobody again by what the login had left behind, so that keeping it is of no use."""
        return not self.content and self.refusal is None

    def rests(self, now: datetime) -> bool:
        """Whether it was refused so lately that nobody tries again."""
        return self.refusal is not None and now < self.refusal.rests_until


@dataclass(frozen=True, slots=True)
class ListedLogin:
    """A kept login as people see it, without its content."""

    id: str
    origin: str
    name: str
    made_at: datetime
    made_by: str
    expires_at: datetime | None  # None: when the site says so
    refusal: Refusal | None = None
    is_kept: bool = True  # whether there is anything that a run could use


def listed(login_id: str, kept: KeptLogin) -> ListedLogin:
    """What may be shown of it."""
    ends = kept.max_age_seconds is not None and kept.content
    expires_at = kept.made_at + timedelta(seconds=kept.max_age_seconds or 0) if ends else None
    return ListedLogin(
        login_id,
        kept.origin,
        kept.name,
        kept.made_at,
        kept.made_by,
        expires_at,
        kept.refusal,
        bool(kept.content),
    )


def skew_sentence(ahead_seconds: float | None, period_seconds: int) -> str:
    """What the clocks say where a one-time code was refused, as a clause.

    Args:
        ahead_seconds: How far the site's clock is ahead of this machine's; None: it told no time.
        period_seconds: How long a code holds.
    """
    if ahead_seconds is None:
        return "the site tells no time; see that this machine's clock is right, and that the seed is this account's"
    if abs(ahead_seconds) < period_seconds * 0.6:
        return "both clocks agree, so look at the seed of the one-time code"
    way = "ahead of" if ahead_seconds > 0 else "behind"
    return (
        f"clock skew: the site's clock is {abs(ahead_seconds):.0f} s {way} this machine's, and a one-time code holds "
        f"{period_seconds} s; set both by NTP"
    )
