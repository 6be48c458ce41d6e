"""Notify people: send what the outbox holds, one message a target at a time, and keep how each try ended."""

from __future__ import annotations

from datetime import timedelta

from inspect_pipelines.domain.ids import chance
from inspect_pipelines.domain.notification import DeliveryStatus, Notification
from inspect_pipelines.errors import ChannelError, InspectError
from inspect_pipelines.facts.alert import notification_facts
from inspect_pipelines.ports.channel import Channel, Receipt
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.sign_links import sign_links

BUDGET_SECONDS = 20.0  # a run's last op sends at most this long; what is left waits for the next sender
LEASE = timedelta(
    seconds=90
)  # a channel gives up sooner; after a crash others wait so long before they send again


def send_waiting(house: House, *, budget_seconds: float = BUDGET_SECONDS) -> list[Notification]:
    """Send what is due now; one that fails for a passing reason stays stored, for later.

    Returns:
        What was tried, with its receipt or the reason it failed.
    """
    began = house.clock.monotonic()
    sender = house.clock.new_id()
    tried: list[Notification] = []
    while house.clock.monotonic() - began <= budget_seconds:
        outcome = send_next(house, sender)
        if outcome is None:
            break
        tried.append(outcome)
    return tried


def send_next(house: House, sender: str, *, lease: timedelta = LEASE) -> Notification | None:
    """Send the one message whose turn it is.

    The attempt is stored before it is made, the receipt after it: a crash in between sends it once more when the lease
    has run out, under the same id, by which a service that has idempotency keys tells the two apart.

    Args:
        house: Ports.
        sender: Who sends, a fresh id a thread.
        lease: For how long nobody else sends it; longer than any channel tries. By the ledger's clock, where several
            machines work on it; one that stalled for longer before it sent leaves it alone.

    Returns:
        The message as it is now; None: nothing is due.
    """
    with house.ledger.read() as ledger:
        if not ledger.outbox.is_due(house.clock.now()):  # most looks end here, and keep no writer waiting
            return None
    began = house.clock.monotonic()
    with house.ledger.write() as ledger:
        now = ledger.fence.now(house.clock.now())  # all hosts' claims by one clock
        notification = ledger.outbox.claim_next(sender, now=now, until=now + lease, kinds=house.kinds)
        thread = ledger.outbox.thread(notification) if notification is not None else {}
    if notification is None or house.clock.monotonic() - began >= lease.total_seconds():
        return None  # nothing to send, or we stalled for so long that it is somebody else's by now
    try:
        receipt = _channel_for(house, notification.target).send(sign_links(house, notification), thread)
    except InspectError as error:
        return _record_failure(house, sender, notification, error)
    except Exception as error:  # noqa: BLE001 - a defect in one channel must not keep the others from sending
        defect = ChannelError(f"a defect of ours: {type(error).__name__}: {error}", is_permanent=False)
        return _record_failure(house, sender, notification, defect)
    return _record_receipt(house, sender, notification, receipt)


def _record_receipt(house: House, sender: str, notification: Notification, receipt: Receipt) -> Notification:
    now = house.clock.now()
    sent = notification.sent(receipt.text, at=now)
    with house.ledger.write() as ledger:
        ledger.outbox.record(sent, sender=sender, thread=receipt.thread, now=now)
        ledger.journal.append("notification", notification_facts(sent), at=now)
    return sent


def _record_failure(
    house: House, sender: str, notification: Notification, error: InspectError
) -> Notification:
    now = house.clock.now()
    retry_after = error.retry_after_seconds if isinstance(error, ChannelError) else None
    failed = notification.failed(
        str(error),
        may_help=error.retry_may_help,
        retry_after_seconds=retry_after,
        chance=chance(house.clock.new_id()),
        at=now,
    )
    with house.ledger.write() as ledger:
        is_mine = ledger.outbox.record(failed, sender=sender, now=now)
        if is_mine and failed.status is DeliveryStatus.FAILED:
            ledger.journal.append("notification", notification_facts(failed), at=now)
        elif retry_after is not None and failed.due_at is not None:
            ledger.outbox.hold_back(failed.target, until=failed.due_at)
    return failed


def _channel_for(house: House, target: str) -> Channel:
    """The channel that reaches a target.

    Raises:
        ChannelError: There is none.
    """
    kind = target.partition(":")[0]
    found = next((channel for name, channel in house.channels if name in (kind, "*")), None)
    if found is None:
        raise ChannelError(f"no channel can reach {target!r}", is_permanent=True)
    return found
