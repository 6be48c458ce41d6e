"""Revoke a token: from now on it opens nothing."""

from __future__ import annotations

from inspect_pipelines.domain.access import AccessToken
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.ports.house import House


def revoke_token(house: House, text: str, *, by: str) -> AccessToken:
    """The token as it was.

    Args:
        house: Ports.
        text: Its id or the beginning of it, or its name.
        by: Who says so, `user:NAME`.

    Raises:
        NotFound: There is no such token.
        Refused: Several are meant, or it was revoked before.
    """
    with house.ledger.write() as ledger:
        tokens = ledger.tokens.all()
        found = [one for one in tokens if one.id == text]
        found = found or [one for one in tokens if text and (one.name == text or one.id.startswith(text))]
        if not found:
            raise NotFound(f"token {text!r} does not exist; list them with: inspect-pipelines tokens list")
        if len(found) > 1:
            some = ", ".join(f"{one.id} ({one.name})" for one in found[:3])
            raise Refused(f"token {text!r} is not clear, several are meant: {some}; type its whole id")
        (token,) = found
        if not ledger.tokens.revoke(token.id, by=by, at=house.clock.now()):
            raise Refused(
                f"token {token.id!r} was revoked before, by {token.revoked_by}; nothing was changed"
            )
        return token
