"""Sign a person in, by their password; which part was wrong nobody learns, by neither the answer nor the time it takes."""

from __future__ import annotations

from dataclasses import dataclass

from inspect_pipelines.domain.access import LOGIN, Member, token_hash
from inspect_pipelines.domain.password import MOST, normalized
from inspect_pipelines.domain.sign_in import AGENT_CHARACTERS, SignIn, sign_in_text
from inspect_pipelines.errors import Unauthenticated
from inspect_pipelines.ports.hasher import Hasher
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.access.sign_out import sign_out

NOT_OURS = "this login and password open nothing here; an administrator sets a password with: inspect-pipelines users password NAME"


@dataclass(frozen=True, slots=True)
class Begun:
    sign_in: SignIn
    member: Member
    text: str  # what the browser shows from now on


def sign_in(
    house: House | None,
    hasher: Hasher,
    login: str,
    password: str,
    *,
    random: bytes,
    agent: str,
    instead_of: str | None = None,
) -> Begun:
    """Whoever knows the password of a member is that member, in this browser.

    Args:
        house: Of the organisation that is meant; None: there is none of that name.
        hasher: Of passwords, which is asked in any case.
        login: As it was typed.
        password: As it was typed.
        random: 32 bytes that nobody can guess.
        agent: What the browser calls itself.
        instead_of: What the browser has shown until now: that ends, so that nobody can lay out a sign-in for somebody else.

    Raises:
        Unauthenticated: They do not fit. It sounds the same whatever the reason, which is in the organisation's audit.
    """
    text = normalized(password[:MOST])
    if house is None:
        hasher.verify(text, None)
        raise Unauthenticated(NOT_OURS)
    with house.ledger.read() as ledger:
        member, kept = _found(ledger, login)
    verified = hasher.verify(text, kept if member is not None else None)
    if len(password) <= MOST and verified.is_right:
        with house.ledger.write() as ledger:
            member = ledger.members.find(login)  # they may have been let go while we looked, or changed it
            if member is not None and ledger.passwords.find(login) == kept:
                if verified.renewed is not None:
                    ledger.passwords.renew(login, verified.renewed)
                begun = begin(house, ledger, member, "password", random=random, agent=agent)
            else:
                begun = None
        if begun is not None:
            end_before(house, instead_of)
            return begun
    _tell_refusal(house, login)
    raise Unauthenticated(NOT_OURS)


def begin(
    house: House,
    ledger: LedgerSession,
    member: Member,
    how: str,
    *,
    random: bytes,
    agent: str,
) -> Begun:
    """Know this browser from now on; who they are has been proven."""
    now = house.clock.now()
    shown = sign_in_text(random)
    begun = SignIn(
        org_id=house.org_id,
        id=house.clock.new_id(),
        login=member.login,
        sha256=token_hash(shown),
        how=how,
        agent=agent[:AGENT_CHARACTERS],
        begun_at=now,
        seen_at=now,
    )
    ledger.sign_ins.add(begun)
    return Begun(begun, member, shown)


def _found(ledger: LedgerSession, login: str) -> tuple[Member | None, str | None]:
    """The member and what is kept of their password; what can be nobody's login is not looked for."""
    if not LOGIN.fullmatch(login):
        return None, None
    return ledger.members.find(login), ledger.passwords.find(login)


def end_before(house: House, instead_of: str | None) -> None:
    """End what a browser showed until somebody else, or they in another organisation, signed in with it."""
    if instead_of is not None:
        sign_out(house, instead_of)


def _tell_refusal(house: House, login: str) -> None:
    subject = login if LOGIN.fullmatch(login) else "-"  # people type their password there, too
    with house.ledger.write() as ledger:
        ledger.audit.append(
            "sign_in.refused", subject, by="nobody", at=house.clock.now(), detail="by password"
        )
