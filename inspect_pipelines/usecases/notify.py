"""Notify people: send what `conclude` stored, and keep the receipts."""

from __future__ import annotations

from dataclasses import replace

from inspect_pipelines.domain.notification import DeliveryStatus, Notification
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.channel import Channel
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases import facts

BUDGET_SECONDS = 20.0  # a run's last op sends at most this long; what is left waits for the next sender


def send_waiting(house: House, *, budget_seconds: float = BUDGET_SECONDS) -> list[Notification]:
    """Send every stored notification once; one that fails for a passing reason stays stored.

    Returns:
        What was tried, with its receipt or the reason it failed.
    """
    began = house.clock.monotonic()
    with house.ledger.read() as ledger:
        waiting = ledger.outbox.waiting()
    tried = []
    for notification in waiting:
        if house.clock.monotonic() - began > budget_seconds:
            break
        outcome = _send(house, notification)
        with house.ledger.write() as ledger:
            ledger.outbox.record(outcome)
            if outcome.status is not DeliveryStatus.STORED:
                ledger.journal.append("notification", facts.notification_facts(outcome), at=house.clock.now())
        tried.append(outcome)
    return tried


def _send(house: House, notification: Notification) -> Notification:
    channel = _channel_for(house, notification.target)
    if channel is None:
        reason = f"no channel can reach {notification.target!r}"
        return replace(notification, status=DeliveryStatus.FAILED, receipt=reason)
    try:
        receipt = channel.send(notification, {})
    except InspectError as error:
        status = DeliveryStatus.STORED if error.retry_may_help else DeliveryStatus.FAILED
        return replace(notification, status=status, receipt=str(error))
    return replace(notification, status=DeliveryStatus.SENT, receipt=receipt.text, sent_at=house.clock.now())


def _channel_for(house: House, target: str) -> Channel | None:
    kind = target.partition(":")[0]
    return next((channel for name, channel in house.channels if name in (kind, "*")), None)
