"""Post messages: into the outbox, in the transaction of the deed that they tell of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from inspect_pipelines.domain.alerting import Alerting
from inspect_pipelines.domain.ids import IncidentId
from inspect_pipelines.domain.message import Message, MessageKind
from inspect_pipelines.domain.notification import CODE_HOST, Notification
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.domain.run import Run
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts import compose

NEVER_GROUPED = ("pagerduty", CODE_HOST)  # each incident has a life of its own there


def note_of(
    run: Run,
    event: RuleEvent,
    target: str,
    message: Message,
    *,
    occasion: str = "",
    at: datetime,
) -> Notification:
    """The notification of a message; the same key always gives the same id, which services may take as a key, too."""
    note = Notification(
        id="",
        org_id=run.org_id,
        run_id=run.id,
        event=event,
        target=target,
        title=message.title,
        text=compose.as_text(message),
        mentions=message.mentions,
        created_at=at,
        message=message,
        incident_id=message.incident_id,
        occasion=occasion,
    )
    return replace(note, id=hashlib.sha256(note.key.encode("utf-8", "replace")).hexdigest()[:16])


def store(
    ledger: LedgerSession, notes: Iterable[Notification], rules: Alerting, *, at: datetime
) -> tuple[Notification, ...]:
    """Put messages into the outbox; openings that follow one another closely come as one."""
    stored = []
    for note in notes:
        kept = _grouped(ledger, note, rules, at)
        if kept is not None:
            tell(ledger, kept)
        stored.append(kept or note)
    return tuple(stored)


def tell(ledger: LedgerSession, note: Notification) -> None:
    """Put one message into the outbox; what follows an opening that is held back is held back as long."""
    held = None
    if note.incident_id is not None:
        held = ledger.outbox.held_for(note.org_id, note.target, note.created_at)
    is_behind = held is not None and note.incident_id in held.gathered
    ledger.outbox.store(replace(note, due_at=held.due_at) if held and is_behind else note)


def _grouped(ledger: LedgerSession, note: Notification, rules: Alerting, at: datetime) -> Notification | None:
    """The message with its time; None: it has become a part of one that waits already."""
    is_opening = note.message is not None and note.message.kind is MessageKind.OPENED
    if not is_opening or not rules.group_window or note.target.partition(":")[0] in NEVER_GROUPED:
        return note
    held = ledger.outbox.held_for(note.org_id, note.target, at)
    if held is not None and held.message is not None and note.message is not None:
        message = compose.digest([held.message, note.message])
        together = replace(
            held,
            title=message.title,
            text=compose.as_text(message),
            mentions=message.mentions,
            message=message,
            incident_id=None,
            gathered=(*(held.gathered or _incidents(held)), *_incidents(note)),
        )
        ledger.outbox.replace(together)
        return None
    last = ledger.outbox.last_opening(note.org_id, note.target)
    if last is None or at - last >= rules.group_window:
        return note
    return replace(note, due_at=last + rules.group_window)


def _incidents(note: Notification) -> tuple[IncidentId, ...]:
    return () if note.incident_id is None else (note.incident_id,)
