"""Resend a message: one that was given up, or that somebody missed, goes out once more."""

from __future__ import annotations

from inspect_pipelines.domain.notification import DeliveryStatus, Notification
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.ports.house import House

RECENT = 200  # messages among which the beginning of an id is looked for


def find_notification(house: House, text: str) -> Notification:
    """The message with that id, or the only recent one whose id begins so.

    Raises:
        NotFound: There is none.
        Refused: There are several.
    """
    typed = text.strip().lower()
    with house.ledger.read() as ledger:
        if found := ledger.outbox.find(house.org_id, typed):
            return found
        recent = ledger.outbox.latest(house.org_id, limit=RECENT)
    some = [one for one in recent if typed and one.id.startswith(typed)]
    if not some:
        raise NotFound(
            f"notification {text!r} does not exist; list them with: inspect-pipelines notifications list"
        )
    if len(some) > 1:
        names = ", ".join(one.id for one in some[:3])
        raise Refused(f"notification {text!r} is not clear: several begin so ({names}); type more of the id")
    return some[0]


def resend(house: House, notification_id: str) -> Notification:
    """Have it sent again by the next sender that looks, under the same id.

    Raises:
        NotFound: There is no such message.
        Refused: It waits to be sent already.
    """
    now = house.clock.now()
    with house.ledger.write() as ledger:
        found = ledger.outbox.find(house.org_id, notification_id)
        if found is None:
            raise NotFound(f"notification {notification_id!r} does not exist")
        if found.status is DeliveryStatus.STORED and found.attempts == 0:
            raise Refused(
                f"notification {found.id!r} has not been sent yet; it is due at {found.due_at or 'once'}"
            )
        again = found.again(at=now)
        ledger.outbox.replace(again)
        return again
