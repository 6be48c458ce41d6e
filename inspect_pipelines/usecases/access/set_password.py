"""Set the password by which a member signs in; every browser that knew them by the old one is forgotten."""

from __future__ import annotations

from inspect_pipelines.domain.access import LOCAL, Caller, why_no_password
from inspect_pipelines.domain.password import flaw, normalized
from inspect_pipelines.errors import Forbidden, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.change_members import known_member


class WrongPassword(Forbidden):
    """The one of now is another."""


def set_password(house: House, login: str, password: str, *, by: str, caller: Caller = LOCAL) -> int:
    """Set a member's.

    Args:
        house: Ports.
        login: Whose.
        password: From now on.
        by: Who says so, `user:NAME`.
        caller: Who asks; a person.

    Returns:
        How many browsers they were signed in with.

    Raises:
        Forbidden: A token or an agent asks.
        NotFound: There is no such member.
        UsageError: It is too easy to guess.
    """
    _refuse_programs(caller)
    return _set(house, login, password, by=by)


def change_password(house: House, caller: Caller, old: str, new: str) -> int:
    """Somebody's own, by whoever knows the one of now; the browser in which they do so goes on.

    Returns:
        How many other browsers they were signed in with.

    Raises:
        Forbidden: A token or an agent asks, or the local person, who has none.
        WrongPassword: It is not the one of now.
        UsageError: The new one is too easy to guess.
    """
    _refuse_programs(caller)
    if caller.org_id is None:
        raise Forbidden("the local person has no password; use: inspect-pipelines users password NAME")
    login = caller.actor.removeprefix("user:")
    with house.ledger.read() as ledger:
        kept = ledger.passwords.find(login)
    if not house.hasher.verify(normalized(old), kept).is_right:
        raise WrongPassword("that is not your password of now, so it stays as it is")
    return _set(house, login, new, by=caller.actor, but=caller.sign_in_id)


def remove_password(house: House, login: str, *, by: str) -> bool:
    """Let a member sign in by the identity provider only; False: they had no password."""
    with house.ledger.write() as ledger:
        known_member(ledger, login)
        is_removed = ledger.passwords.remove(login, by=by, at=house.clock.now())
        if is_removed:
            ledger.sign_ins.end_of(login, by=by, at=house.clock.now())
        return is_removed


def _refuse_programs(caller: Caller) -> None:
    if problem := why_no_password(caller):
        raise Forbidden(problem)


def _set(house: House, login: str, password: str, *, by: str, but: str | None = None) -> int:
    text = normalized(password)
    wrong = flaw(text, login)
    if wrong is not None:
        raise UsageError(f"this is no good password for {login!r}: {wrong}; a few words in a row do well")
    with house.ledger.read() as ledger:
        known_member(ledger, login)
    hashed = house.hasher.hash(text)  # for some ten milliseconds, which no transaction waits for
    with house.ledger.write() as ledger:
        known_member(ledger, login)
        ledger.passwords.save(login, hashed, by=by, at=house.clock.now())
        return ledger.sign_ins.end_of(login, by=by, at=house.clock.now(), but=but)
