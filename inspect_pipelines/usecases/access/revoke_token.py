"""Revoke a token: from now on it opens nothing."""

from __future__ import annotations

from inspect_pipelines.domain.access import AccessToken
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.access import find_token


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
        token = find_token(ledger.tokens.all(), text)
        if not ledger.tokens.revoke(token.id, by=by, at=house.clock.now()):
            raise Refused(
                f"token {token.id!r} was revoked before, by {token.revoked_by}; nothing was changed"
            )
        return token
