"""Notifications: what was said to whom, and whether it arrived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.notification import Attempt, Notification
from inspect_pipelines.domain.position import Position
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.json_shape import FLAT
from inspect_pipelines.queries.page import Page, page_of, position_of

RECENT = 200  # messages among which the beginning of an id is looked for


@dataclass(frozen=True, slots=True)
class NotificationSummary:
    notification: Notification = field(metadata=FLAT)
    kind: str  # the message's, else the event of the rule that it follows


@dataclass(frozen=True, slots=True)
class NotificationDossier:
    summary: NotificationSummary = field(metadata=FLAT)
    tries: tuple[Attempt, ...]  # oldest first


def list_notifications(
    house: House, *, status: str | None = None, cursor: str | None = None, limit: int = 50
) -> Page[NotificationSummary]:
    """A page of messages, newest first by (created_at, id)."""
    before = position_of(cursor)
    with house.ledger.read() as ledger:
        found = ledger.outbox.latest(status=status, before=before, limit=limit + 1)
    return page_of(found, limit, lambda one: Position(one.created_at, one.id)).of(note_of)


def notification_with(house: House, notification_id: str) -> NotificationDossier | None:
    """The message of exactly that id, with every try to deliver it."""
    with house.ledger.read() as ledger:
        found = ledger.outbox.find(notification_id)
    return show_notification(house, found) if found else None


def show_notification(house: House, notification: Notification) -> NotificationDossier:
    """A message as it is now, with every try to deliver it."""
    with house.ledger.read() as ledger:
        current = ledger.outbox.find(notification.id) or notification
        return NotificationDossier(note_of(current), tuple(ledger.outbox.attempts_of(notification.id)))


def find_notification(house: House, text: str) -> Notification:
    """The message with that id, or the only recent one whose id begins so.

    Raises:
        NotFound: There is none.
        Refused: There are several.
    """
    typed = text.strip().lower()
    with house.ledger.read() as ledger:
        if found := ledger.outbox.find(typed):
            return found
        recent = ledger.outbox.latest(limit=RECENT)
    some = [one for one in recent if typed and one.id.startswith(typed)]
    if not some:
        raise NotFound(
            f"notification {text!r} does not exist; list them with: inspect-pipelines notifications list"
        )
    if len(some) > 1:
        names = ", ".join(one.id for one in some[:3])
        raise Refused(f"notification {text!r} is not clear: several begin so ({names}); type more of the id")
    return some[0]


def receipts_of(house: House, run_id: RunId) -> Mapping[str, str]:
    """What each target answered about a run's messages, else how far its message has come."""
    with house.ledger.read() as ledger:
        notifications = ledger.outbox.of_run(run_id)
    return {one.target: one.receipt or one.status.value for one in notifications}


def is_due(house: House) -> bool:
    """Whether a message is to be sent now; cheap enough to be asked five times a second."""
    with house.ledger.read() as ledger:
        return ledger.outbox.is_due(house.clock.now())


def note_of(notification: Notification) -> NotificationSummary:
    """A message with its kind in one word."""
    message = notification.message
    return NotificationSummary(notification, message.kind.value if message else notification.event.value)
