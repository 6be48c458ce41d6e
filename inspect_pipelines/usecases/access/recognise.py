"""Recognise who shows a token, or a browser's sign-in: its state and its member's role are looked up at each request."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from inspect_pipelines.domain.access import AccessToken, Caller, caller_of, is_token, token_hash, workflow_of
from inspect_pipelines.domain.sign_in import NOTED_EVERY as SEEN_EVERY
from inspect_pipelines.domain.sign_in import SignIn, is_sign_in, signed_in
from inspect_pipelines.domain.workflow import is_trusted
from inspect_pipelines.errors import Unauthenticated, Unavailable
from inspect_pipelines.ports.house import House

NOTED_EVERY = timedelta(hours=1)  # when it was used last, so that reading costs no write


def recognise(house: House, text: str) -> Caller:
    """Whoever the token speaks for, in the organisation that it is of.

    Args:
        house: Of any organisation; a token names none.
        text: As it was shown.

    Raises:
        Unauthenticated: It opens nothing; the sentence says why, to whoever has it.
    """
    if not is_token(text):
        raise _bad("is none of ours: it reads insp_pat_.., with a checksum at its end")
    with house.ledgers.read() as ledgers:
        token = ledgers.access.token(token_hash(text))
    if token is None:
        raise _bad("is not known here")
    now = house.clock.now()
    state = token.state(now)
    if state != "active":
        at = token.revoked_at or token.expires_at
        raise _bad(
            f"{'was revoked' if state == 'revoked' else 'has expired'} at {at:%Y-%m-%d %H:%M} UTC",
            "; create another one with: inspect-pipelines tokens create",
        )
    with house.ledgers.of(token.org_id).read() as ledger:
        member = ledger.members.find(token.login)
        trusted = ledger.organizations.find().workflows if token.proof is not None else ()
    if token.proof is not None:
        if not is_trusted(trusted, token.login):
            raise _bad(f"is of {token.login!r}, which organization.yaml does not trust any more")
        _note_use(house, token, now)
        return workflow_of(token)
    if member is None:
        raise _bad(f"speaks for {token.login!r}, who is no member any more")
    _note_use(house, token, now)
    return caller_of(token, member)


def recognise_browser(house: House, text: str) -> Caller:
    """Whoever is signed in with this browser.

    Args:
        house: Of any organisation; a browser names none.
        text: As it was shown.

    Raises:
        Unauthenticated: They are not, or not any more.
    """
    if not is_sign_in(text):
        raise _over()
    with house.ledgers.read() as ledgers:
        found = ledgers.access.sign_in(token_hash(text))
    now = house.clock.now()
    if found is None or found.state(now) != "active":
        raise _over()
    with house.ledgers.of(found.org_id).read() as ledger:
        member = ledger.members.find(found.login)
    if member is None:
        raise _over()
    _note_seen(house, found, now)
    return signed_in(found, member)


def revoke_exposed(house: House, text: str) -> bool:
    """Revoke a token that came in the clear from another machine, where others may have read it; False: it is none."""
    if not is_token(text):
        return False
    with house.ledgers.read() as ledgers:
        token = ledgers.access.token(token_hash(text))
    if token is None:
        return False
    with house.ledgers.of(token.org_id).write() as ledger:
        return ledger.tokens.revoke(token.id, by="system:clear-http", at=house.clock.now())


def _note_use(house: House, token: AccessToken, now: datetime) -> None:
    if token.last_used_at is not None and now - token.last_used_at < NOTED_EVERY:
        return
    with suppress(Unavailable), house.ledgers.of(token.org_id).write() as ledger:  # a full disk still answers
        ledger.tokens.used(token.id, at=now)


def _note_seen(house: House, one: SignIn, now: datetime) -> None:
    if now - one.seen_at < SEEN_EVERY:
        return
    with suppress(Unavailable), house.ledgers.of(one.org_id).write() as ledger:  # a full disk still answers
        ledger.sign_ins.seen(one.id, at=now)


def _over() -> Unauthenticated:
    return Unauthenticated("you are not signed in any more; sign in again")


def _bad(why: str, hint: str = "") -> Unauthenticated:
    return Unauthenticated(f"the token {why}{hint}", is_bad_token=True)
