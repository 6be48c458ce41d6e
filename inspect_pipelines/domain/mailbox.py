"""A mailbox: what one target is about to hear, so that openings that follow one another closely come as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inspect_pipelines.domain.channel import NO_KINDS, Kinds, spec_of
from inspect_pipelines.domain.ids import IncidentId
from inspect_pipelines.domain.message import Message, MessageKind, as_text, digest
from inspect_pipelines.domain.notification import Notification

AT_ONCE = timedelta(0)  # a group window that groups nothing


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What stands in the outbox for one target.

    Attributes:
        held: The opening message that waits for the end of the group window; nobody has tried to send it.
        last_opening: When the newest opening message was or is to be sent; UTC.
    """

    held: Notification | None = None
    last_opening: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """Messages as they go into the outbox.

    Attributes:
        stored: New ones, with the time at which they are due.
        replaced: Some that waited in it already, and tell of more from now on.
        told: All that people are to hear, in order; what was taken in by one that waits as if it came alone.
    """

    stored: tuple[Notification, ...] = ()
    replaced: tuple[Notification, ...] = ()
    told: tuple[Notification, ...] = ()


def mail_of(
    notes: Iterable[Notification],
    boxes: Mapping[str, Mailbox],
    *,
    at: datetime,
    window: timedelta = AT_ONCE,
    kinds: Kinds = NO_KINDS,
) -> Mail:
    """What becomes of new messages: sent at once, held back, or taken in by one that waits.

    What follows an opening that is held back together with others is held back as long: nobody hears of an end before
    the beginning.

    Args:
        boxes: By target; one that is missing is empty.
        window: The organisation's group window.
        kinds: Of channels; nothing is asked of them without a window.
    """
    now_in = dict(boxes)
    stored: list[Notification] = []
    replaced: dict[str, Notification] = {}
    told: list[Notification] = []
    for note in notes:
        box = now_in.get(note.target, Mailbox())
        grown = _grown(box.held, note) if is_grouped(note, window, kinds) else None
        if grown is not None:
            replaced[grown.id] = grown
            now_in[note.target] = replace(box, held=grown)
            told.append(note)
            continue
        timed = _timed(note, box, window, kinds, at)
        stored.append(timed)
        told.append(timed)
        now_in[note.target] = _after(box, timed, at)
    return Mail(tuple(stored), tuple(replaced.values()), tuple(told))


def is_grouped(note: Notification, window: timedelta, kinds: Kinds) -> bool:
    """Whether it may wait for others that open incidents."""
    return bool(window) and _is_opening(note) and spec_of(kinds, note.target).is_grouped


def _grown(held: Notification | None, note: Notification) -> Notification | None:
    """The waiting message with the new one in it; None: none waits."""
    if held is None or held.message is None or note.message is None:
        return None
    message: Message = digest([held.message, note.message])
    return replace(
        held,
        title=message.title,
        text=as_text(message),
        mentions=message.mentions,
        message=message,
        incident_id=None,
        gathered=(*(held.gathered or _incidents(held)), *_incidents(note)),
    )


def _timed(note: Notification, box: Mailbox, window: timedelta, kinds: Kinds, at: datetime) -> Notification:
    if box.held is not None and note.incident_id in box.held.gathered:
        return replace(note, due_at=box.held.due_at)
    last = box.last_opening
    if is_grouped(note, window, kinds) and last is not None and at - last < window:
        return replace(note, due_at=last + window)
    return note


def _after(box: Mailbox, note: Notification, at: datetime) -> Mailbox:
    """The target's mailbox once this message is in it."""
    if not _is_opening(note):
        return box
    due_at = note.due_at or note.created_at
    last = due_at if box.last_opening is None else max(box.last_opening, due_at)
    return Mailbox(box.held or (note if due_at > at else None), last)


def _is_opening(note: Notification) -> bool:
    return note.message is not None and note.message.kind is MessageKind.OPENED


def _incidents(note: Notification) -> tuple[IncidentId, ...]:
    return () if note.incident_id is None else (note.incident_id,)
