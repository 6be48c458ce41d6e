"""People who an identity provider knows: whom an organisation lets in by its word, as what, and under which login."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from inspect_pipelines.domain.access import LOGIN, Member, Role

BY_PROVIDER = "system:oidc"  # who added a member whom nobody here has added
GROUPS = "groups"
LONGEST_LOGIN = 64


@dataclass(frozen=True, slots=True)
class Provider:
    """`sign_in` of organization.yaml: an OpenID provider, and whom it may send.

    Attributes:
        issuer: As its tokens say it, letter by letter.
        client_secret: A reference.
        domains: Of which one has to be that of the verified e-mail address; none: whatever it is.
        groups: What members of a group are; of several the most.
        groups_claim: Which claim tells the groups.
        role: Of whom no group says anything; None: they do not come in.
        allow_private: As in ChannelConfig, for a provider that is not on the internet.
    """

    issuer: str
    client_id: str
    client_secret: str
    domains: tuple[str, ...] = ()
    groups: tuple[tuple[str, Role], ...] = ()
    groups_claim: str = GROUPS
    role: Role | None = None
    allow_private: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider has sent.

    Attributes:
        subject: Their number there, which is never given to somebody else; an address or a name may be.
        email: Small letters; None: it says none, or not that it is verified.
        name: As it would have them called.
    """

    issuer: str
    subject: str
    email: str | None
    name: str
    groups: tuple[str, ...] = ()


class NotAdmitted(Exception):
    """Why somebody does not come in, as a clause for the audit."""


def role_of(provider: Provider, who: Identity, member: Member | None) -> Role:
    """What they are from now on.

    Args:
        provider: That sent them.
        who: They.
        member: Whom they are known as; None: nobody yet.

    Raises:
        NotAdmitted: They do not come in.
    """
    if provider.domains and (who.email is None or who.email.rpartition("@")[2] not in provider.domains):
        raise NotAdmitted(
            f"{who.email or 'without a verified e-mail address'} is of none of {', '.join(provider.domains)}"
        )
    if member is not None and member.added_by != BY_PROVIDER:
        return member.role  # the word of whoever added them stands
    found = [role for group, role in provider.groups if group in who.groups]
    if found:
        return max(found, key=[*Role].index)
    if provider.role is None:
        raise NotAdmitted(f"{who.email or who.name} is in no group that `sign_in` in organization.yaml names")
    return provider.role


def free_login(who: Identity, taken: Collection[str]) -> str:
    """A login for somebody new, which is nobody's: to be called like a member makes nobody that member."""
    wanted = (who.email or who.name).partition("@")[0].lower()
    plain = re.sub(r"[^a-z0-9._-]+", "-", wanted)[: LONGEST_LOGIN - 4].strip("._-")
    base = plain if LOGIN.fullmatch(plain) else "person"
    return next(
        one
        for one in (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
        if one not in taken
    )
