"""Change the members of an organisation: add one, give one another role, let one go."""

from __future__ import annotations

import re

from inspect_pipelines.domain.access import LOGIN, Member, Role
from inspect_pipelines.errors import Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.queries.access import find_member

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{3,190}")


def add_member(house: House, login: str, role: Role, *, by: str) -> Member | None:
    """Make somebody a member with this role.

    Args:
        house: Ports.
        login: How they are called.
        role: What they are from now on.
        by: Who says so, `user:NAME`.

    Returns:
        The member that they were before; None: they were none.

    Raises:
        UsageError: That is no login.
        Refused: They are the last administrator, and would be one no more.
    """
    if not LOGIN.fullmatch(login):
        raise UsageError(
            f"login {login!r} is none: write 1 to 64 small letters, digits, '.', '_' and '-', a letter or digit at both ends"
        )
    with house.ledger.write() as ledger:
        before = ledger.members.find(login)
        if before is not None and role is not Role.ADMIN:
            refuse_last_administrator(ledger, before)
        ledger.members.save(Member(house.org_id, login, role, house.clock.now(), by))
        return before


def invite(house: House, login: str, email: str, *, by: str) -> None:
    """Have the identity provider's person with this verified address come in as that member.

    Raises:
        NotFound: There is no such member.
        UsageError: That is no address.
    """
    if not EMAIL.fullmatch(email):
        raise UsageError(f"{email[:80]!r} is no e-mail address; write 'ada@acme.example'")
    with house.ledger.write() as ledger:
        known_member(ledger, login)
        ledger.identities.invite(email.lower(), login, by=by, at=house.clock.now())


def remove_member(house: House, login: str, *, by: str) -> Member:
    """Let a member go: their tokens, their password and their browsers open nothing, also if they come back.

    Raises:
        NotFound: There is no such member.
        Refused: They are the last administrator.
    """
    with house.ledger.write() as ledger:
        member = known_member(ledger, login)
        refuse_last_administrator(ledger, member)
        now = house.clock.now()
        ledger.members.remove(login, by=by, at=now)
        ledger.tokens.revoke_of(login, by=by, at=now)
        ledger.passwords.remove(login, by=by, at=now)
        ledger.sign_ins.end_of(login, by=by, at=now)
        ledger.identities.remove_of(login)
        return member


def known_member(ledger: LedgerSession, login: str) -> Member:
    """The member of that login.

    Raises:
        NotFound: There is none; the sentence says whom there is.
    """
    return find_member(ledger.members.all(), login)


def refuse_last_administrator(ledger: LedgerSession, member: Member) -> None:
    administrators = [one.login for one in ledger.members.all() if one.role is Role.ADMIN]
    if administrators == [member.login]:
        raise Refused(
            f"user {member.login!r} is the last administrator, and somebody has to be; "
            "make another one first: inspect-pipelines users add NAME --role admin"
        )
