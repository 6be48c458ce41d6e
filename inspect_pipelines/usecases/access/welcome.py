"""Welcome whom an identity provider sends: find the member that they are, or make them one, and know their browser."""

from __future__ import annotations

from contextlib import suppress

from inspect_pipelines.domain.access import Member, Role
from inspect_pipelines.domain.identity import (
    BY_PROVIDER,
    Identity,
    NotAdmitted,
    Provider,
    free_login,
    role_of,
)
from inspect_pipelines.errors import Refused, Unauthenticated
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.identities import Errand, Unproven
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.access.change_members import refuse_last_administrator
from inspect_pipelines.usecases.access.sign_in import Begun, begin, end_before


def provider_of(house: House | None) -> tuple[Provider, str]:
    """The organisation's identity provider, and our own address for it.

    Raises:
        Unauthenticated: It has none, or there is no such organisation, which sounds the same.
    """
    if house is not None:
        with house.ledger.read() as ledger:
            organization = ledger.organizations.find()
        if organization.sign_in is not None and organization.public_url:
            return organization.sign_in, f"{organization.public_url}/sign-in/oidc/callback"
    raise refusal()


def welcome(
    house: House | None, errand: Errand, code: str, *, random: bytes, agent: str, instead_of: str | None
) -> Begun:
    """Whoever has come back with this code, signed in.

    Args:
        house: Of the organisation for which they left; None: there is none of that name.
        errand: As their browser took it along.
        code: That the provider gave them.
        random: 32 bytes that nobody can guess.
        agent: What the browser calls itself.
        instead_of: As in `sign_in`.

    Raises:
        Unauthenticated: They do not come in. It sounds the same whatever the reason, which is in the organisation's audit.
        Unavailable: The provider does not answer now.
    """
    provider, _ = provider_of(house)
    assert house is not None  # who has a provider is there
    try:
        who = house.identities.identity(provider, errand, code)
        with house.ledger.write() as ledger:
            member = _member(house, ledger, provider, who)
            begun = begin(house, ledger, member, "oidc", random=random, agent=agent)
    except (Unproven, NotAdmitted) as why:
        tell_refusal(house, str(why))
        raise refusal() from None
    end_before(house, instead_of)
    return begun


def tell_refusal(house: House, why: str) -> None:
    """For the organisation's administrators."""
    with house.ledger.write() as ledger:
        ledger.audit.append("sign_in.refused", "oidc", by="nobody", at=house.clock.now(), detail=why[:500])


def refusal() -> Unauthenticated:
    return Unauthenticated(
        "this proves nobody who may come in; the reason is in the organisation's audit, for its administrators"
    )


def _member(house: House, ledger: LedgerSession, provider: Provider, who: Identity) -> Member:
    login = ledger.identities.login(who)
    member = None if login is None else ledger.members.find(login)
    role = role_of(provider, who, member)
    if member is None:
        login = free_login(who, [one.login for one in ledger.members.all()])
        member = Member(house.org_id, login, role, house.clock.now(), BY_PROVIDER)
        ledger.members.save(member)
    elif role is not member.role:
        member = _changed(house, ledger, member, role)
    ledger.identities.bind(who, member.login, at=house.clock.now())
    return member


def _changed(house: House, ledger: LedgerSession, member: Member, role: Role) -> Member:
    with suppress(Refused):  # the last administrator stays one
        refuse_last_administrator(ledger, member)
        changed = Member(house.org_id, member.login, role, house.clock.now(), BY_PROVIDER)
        ledger.members.save(changed)
        return changed
    return member
