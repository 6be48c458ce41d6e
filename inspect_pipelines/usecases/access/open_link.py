"""Open a signed link, and take all of an organisation back."""

from __future__ import annotations

from datetime import datetime

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.signed_link import SignedLink, claimed
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House

CLOSED = (
    "this link opens nothing, or not any more: links in messages hold for 7 days and can be taken back before; "
    "sign in to see the run"
)


def open_link(house: House | None, text: str, *, address: str) -> RunId:
    """The run whose report it opens; that it was opened is in the audit.

    Args:
        house: Of the organisation that the link names; None: there is none of that name.
        text: As it was shown.
        address: Whence it is asked for.

    Raises:
        NotFound: It is none, has expired, was taken back, or its run is gone; which, nobody learns.
    """
    link, now = claimed(text), (house.clock.now() if house else None)
    if house is None or link is None or now is None or not _holds(house, link, text, now):
        raise NotFound(CLOSED)
    with house.ledger.write() as ledger:
        if ledger.runs.find(link.run_id) is None:
            raise NotFound(CLOSED)
        detail = (
            f"from {address or 'somewhere'}, by a link that holds until {link.expires_at:%Y-%m-%d %H:%M} UTC"
        )
        ledger.audit.append("link.opened", link.run_id, by="link", at=now, detail=detail)
    return link.run_id


def revoke_links(house: House, *, random: bytes, by: str) -> datetime:
    """Take back every link that messages of the organisation hold; later ones open again. Returns since when.

    Args:
        house: Ports.
        random: 32 bytes that nobody can guess.
        by: Who says so, `user:NAME`.
    """
    now = house.clock.now()
    with house.ledger.write() as ledger:
        ledger.organizations.use_link_key(random)
        ledger.audit.append("links.revoked", house.org_id, by=by, at=now)
    return now


def _holds(house: House, link: SignedLink, text: str, now: datetime) -> bool:
    with house.ledger.read() as ledger:
        key = ledger.organizations.link_key()
    return key is not None and link.is_signed(text, key) and now < link.expires_at
