"""What waits for a person beside reviews: events that nobody could decide, quarantines that end, messages that did not
arrive, repairs that agents propose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from inspect_pipelines.domain.decision import Decision
from inspect_pipelines.domain.event import Event, EventStatus
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.notification import DeliveryStatus
from inspect_pipelines.domain.repair import Repair
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.events import list_events
from inspect_pipelines.queries.notifications import NotificationSummary, list_notifications

SOON = timedelta(days=3)  # to the end of a quarantine
RECENT = timedelta(days=14)  # what is older has been lived with
MOST = 20  # of each kind
LOST = (EventStatus.UNDECIDED, EventStatus.UNREADABLE)


@dataclass(frozen=True, slots=True)
class Waiting:
    events: tuple[Event, ...]  # newest first
    quarantines: tuple[Decision, ...]  # the first to end first
    messages: tuple[NotificationSummary, ...]  # newest first
    repairs: tuple[Repair, ...] = ()  # proposed, newest first


def list_waiting(house: House) -> Waiting:
    """What there is of it now."""
    now = house.clock.now()
    events = list_events(house, status=LOST, since=now - RECENT, limit=MOST).items
    messages = list_notifications(house, status=DeliveryStatus.FAILED, limit=MOST).items
    with house.ledger.read() as ledger:
        repairs = ledger.repairs.proposed(MOST)
        quarantines = ledger.decisions.ending([DecisionKind.QUARANTINE], before=now + SOON, now=now)
    return Waiting(
        events,
        tuple(quarantines[:MOST]),
        tuple(one for one in messages if now - one.notification.created_at < RECENT),
        tuple(repairs),
    )


def reasons_of(house: House, run_ids: Sequence[RunId]) -> Mapping[RunId, str]:
    """Why each run ended as it did, in its first sentence."""
    with house.ledger.read() as ledger:
        return {name: run.reason.partition("\n")[0] for name, run in ledger.runs.of(run_ids).items()}
