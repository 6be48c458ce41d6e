from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from builders import NOW, a_run
from inspect_pipelines.domain.ids import IncidentId
from inspect_pipelines.domain.mailbox import Mailbox, mail_of
from inspect_pipelines.domain.message import Message, MessageKind, Urgency
from inspect_pipelines.domain.notification import Notification, notification_of
from inspect_pipelines.domain.plan import RuleEvent
from resources.channels.registry import CHANNELS

WINDOW = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)
QA = "slack:#qa"


def a_note(name: str, *, target: str = QA, kind: MessageKind = MessageKind.OPENED, at=NOW) -> Notification:
    message = Message(
        kind, Urgency.ERROR, name, "failed", f"{name} broke", name, incident_id=IncidentId(name)
    )
    return notification_of(a_run(), RuleEvent.ON_FAILURE, target, message, at=at)


def waiting(*notes: Notification, boxes=None, at=NOW):
    return mail_of(notes, boxes or {}, at=at, window=WINDOW, kinds=CHANNELS)


def test_the_first_opening_is_sent_at_once_and_the_next_waits_for_the_end_of_the_window():
    first, second = waiting(a_note("a"), a_note("b")).stored

    assert (first.due_at, second.due_at) == (None, NOW + WINDOW)


def test_an_opening_long_after_the_last_one_does_not_wait():
    quiet = {QA: Mailbox(last_opening=NOW - WINDOW)}

    (note,) = waiting(a_note("a"), boxes=quiet).stored

    assert note.due_at is None


def test_further_openings_are_taken_in_by_the_one_that_waits():
    held = replace(a_note("a"), due_at=NOW + WINDOW)
    boxes = {QA: Mailbox(held, NOW + WINDOW)}

    mail = waiting(a_note("b"), a_note("c"), boxes=boxes)

    (digest,) = mail.replaced
    assert mail.stored == ()
    assert (digest.id, digest.due_at, digest.incident_id) == (held.id, held.due_at, None)
    assert (digest.title, digest.gathered) == ("3 incidents", ("a", "b", "c"))
    assert digest.message.lines == ("a: a broke", "b: b broke", "c: c broke")
    assert [note.title for note in mail.told] == ["b", "c"]


def test_three_openings_at_once_are_one_message_and_one_digest():
    mail = waiting(a_note("a"), a_note("b"), a_note("c"))

    assert [note.title for note in mail.stored] == ["a", "b"]
    assert [(note.id, note.title) for note in mail.replaced] == [(mail.stored[1].id, "2 incidents")]


def test_an_end_is_held_back_with_the_digest_that_tells_of_its_beginning():
    digest = replace(a_note("a"), gathered=(IncidentId("a"), IncidentId("b")), due_at=NOW + WINDOW)
    over = {"kind": MessageKind.RESOLVED}

    mine, other = waiting(
        a_note("b", **over), a_note("x", **over), boxes={QA: Mailbox(digest, NOW + WINDOW)}
    ).stored

    assert (mine.due_at, other.due_at) == (NOW + WINDOW, None)


def test_an_opening_that_is_due_later_is_no_earlier_one_than_the_last():
    boxes = {QA: Mailbox(last_opening=NOW + MINUTE)}

    first, second = waiting(a_note("a"), a_note("b", kind=MessageKind.REVIEW), boxes=boxes).stored

    assert (first.due_at, second.due_at) == (NOW + MINUTE + WINDOW, None)


def test_each_opening_stands_alone_without_a_window_and_where_it_has_a_life_of_its_own():
    held = replace(a_note("z"), due_at=NOW + WINDOW)
    boxes = {QA: Mailbox(held, NOW), "pagerduty": Mailbox(held, NOW)}

    alone = mail_of([a_note("a"), a_note("b")], boxes, at=NOW)
    paged = waiting(a_note("a", target="pagerduty"), a_note("b", target="pagerduty"), boxes=boxes)

    assert [note.due_at for note in (*alone.stored, *paged.stored)] == [None] * 4


def test_a_waiting_message_without_a_form_takes_nothing_in():
    """What was stored by an older version has a title and a text only."""
    held = replace(a_note("z"), message=None, due_at=NOW + WINDOW)

    mail = waiting(a_note("a"), boxes={QA: Mailbox(held, NOW)})

    assert (len(mail.stored), mail.replaced) == (1, ())
