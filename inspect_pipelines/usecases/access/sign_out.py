"""Sign somebody out: from now on a browser is a stranger's."""

from __future__ import annotations

from inspect_pipelines.domain.access import Caller, token_hash
from inspect_pipelines.domain.sign_in import SignIn, is_sign_in
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.change_members import known_member


def sign_out(house: House, text: str, *, by: str | None = None) -> bool:
    """End the sign-in that a browser shows; False: it opens nothing.

    Args:
        house: Of any organisation; a browser names none.
        text: As it was shown.
        by: Who says so; None: whoever is signed in.
    """
    if not is_sign_in(text):
        return False
    with house.ledgers.read() as ledgers:
        found = ledgers.access.sign_in(token_hash(text))
    if found is None:
        return False
    with house.ledgers.of(found.org_id).by_way_of(house.via).write() as ledger:
        return ledger.sign_ins.end(found.id, by=by or f"user:{found.login}", at=house.clock.now())


def end_sign_in(house: House, caller: Caller, sign_in_id: str, *, is_own: bool) -> SignIn:
    """End one by its id, in whatever browser it is.

    Args:
        house: Ports.
        caller: Who says so.
        sign_in_id: Its whole id.
        is_own: Only one of theirs is there for them.

    Returns:
        It, as it is now.

    Raises:
        NotFound: There is none.
        Refused: It is over already.
    """
    with house.ledger.write() as ledger:
        found = [
            one
            for one in ledger.sign_ins.all(caller.actor.removeprefix("user:") if is_own else None)
            if one.id == sign_in_id
        ]
        if not found:
            raise NotFound(f"there is no sign-in {sign_in_id!r} for you")
        state = found[0].state(house.clock.now())
        if state != "active" or not ledger.sign_ins.end(sign_in_id, by=caller.actor, at=house.clock.now()):
            raise Refused(f"sign-in {sign_in_id!r} is over already ({state}); nothing was changed")
        (ended,) = [one for one in ledger.sign_ins.all(found[0].login) if one.id == sign_in_id]
        return ended


def sign_out_everywhere(house: House, login: str, *, by: str) -> int:
    """End all of a member's; returns how many were not over.

    Raises:
        NotFound: There is no such member.
    """
    with house.ledger.write() as ledger:
        known_member(ledger, login)
        return ledger.sign_ins.end_of(login, by=by, at=house.clock.now())
