"""Resend a message: one that was given up, or that somebody missed, goes out once more."""

from __future__ import annotations

from inspect_pipelines.domain.notification import DeliveryStatus, Notification
from inspect_pipelines.domain.spelling import nearest
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.ports.house import House

NEAR = 200  # the newest ones are those that somebody may have meant


def resend(house: House, notification_id: str) -> Notification:
    """Have it sent again by the next sender that looks, under the same id.

    Raises:
        NotFound: There is no such message.
        Refused: It waits to be sent already.
    """
    now = house.clock.now()
    with house.ledger.write() as ledger:
        found = ledger.outbox.find(notification_id)
        if found is None:
            known = [one.id for one in ledger.outbox.latest(limit=NEAR)]
            raise NotFound(
                f"notification {notification_id!r} does not exist{nearest(notification_id, known)}; "
                "list them with: inspect-pipelines notifications list"
            )
        if found.status is DeliveryStatus.STORED and found.attempts == 0:
            raise Refused(
                f"notification {found.id!r} has not been sent yet; it is due at {found.due_at or 'once'}"
            )
        again = found.again(at=now)
        ledger.outbox.replace(again)
        return again
