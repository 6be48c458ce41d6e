"""Sign links: what a message is sent with opens its reports, for whoever the message reaches."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace

from inspect_pipelines.domain.notification import CODE_HOST, Notification
from inspect_pipelines.domain.signed_link import KEY_BYTES, LIFE, SignedLink, with_signed_links
from inspect_pipelines.ports.house import House


def sign_links(
    house: House, notification: Notification, *, random: Callable[[int], bytes] = secrets.token_bytes
) -> Notification:
    """The message as it is sent; what is stored holds no signature.

    Nothing is signed for the code host, whose comments and statuses everybody may read where the repository is public.

    Args:
        house: Ports.
        notification: As it is stored.
        random: So many bytes that nobody can guess: the organisation's key, when it has none yet.
    """
    message = notification.message
    if message is None or not message.links or notification.target.partition(":")[0] == CODE_HOST:
        return notification
    with house.ledger.read() as ledger:
        public_url, key = ledger.organizations.find().public_url, ledger.organizations.link_key()
    if not public_url:
        return notification
    if key is None:
        with house.ledger.write() as ledger:
            key = ledger.organizations.link_key() or random(KEY_BYTES)  # another process may have been first
            ledger.organizations.use_link_key(key)
    signing, expires_at = key, (house.clock.now() + LIFE).replace(microsecond=0)
    signed = with_signed_links(
        message, public_url, lambda run_id: SignedLink(house.org_id, run_id, expires_at).text(signing)
    )
    return replace(notification, message=signed)
