"""What every ledger keeps of incidents, silences and deliveries: one key a message, one lease, one thread, every try."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from builders import NOW, a_run
from builders_of_incidents import an_incident
from inspect_pipelines.domain.alerting import Silence
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, IncidentId, RunId
from inspect_pipelines.domain.message import CommitContext, Message, MessageKind, Urgency
from inspect_pipelines.domain.notification import Attempt, DeliveryStatus, Notification
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.stored.serial import dump_json
from resources.channels.registry import CHANNELS
from resources.ledger import schema

SECOND = timedelta(seconds=1)
LEASE = 90 * SECOND


def a_message(kind: MessageKind, **changes) -> Message:
    return Message(kind, Urgency.ERROR, "Nightly shop: failed", "failed", "it is broken", "dedup", **changes)


def a_note(number: int = 1, *, kind: MessageKind = MessageKind.OPENED, **changes) -> Notification:
    message = a_message(kind)
    values = {
        "id": f"n{number}",
        "org_id": DEFAULT_ORG,
        "run_id": a_run(number).id,
        "event": RuleEvent.ON_FAILURE,
        "target": "email:qa@acme.com",
        "title": message.title,
        "text": message.sentence,
        "mentions": (),
        "created_at": NOW + number * SECOND,
        "message": message,
        "incident_id": IncidentId("i1"),
    }
    return Notification(**(values | changes))


def stored(ledger, *notes: Notification) -> None:
    with ledger.write() as session:
        for note in notes:
            session.outbox.store(note)


def claim(ledger, at=60 * SECOND, sender="s1"):
    with ledger.write() as session:
        return session.outbox.claim_next(sender, now=NOW + at, until=NOW + at + LEASE, kinds=CHANNELS)


def record(ledger, note: Notification, *, sender="s1", at=60 * SECOND, thread=None) -> bool:
    with ledger.write() as session:
        return session.outbox.record(note, sender=sender, thread=thread, now=NOW + at)


def attempts(ledger, note: Notification) -> list[Attempt]:
    with ledger.read() as session:
        return session.outbox.attempts_of(note.id)


# incidents


def test_an_incident_is_found_by_scope_cause_run_and_the_beginning_of_its_id(ledger):
    incident, other = an_incident(), an_incident(id=IncidentId("b1"), scope="host:shop.test", of=("timeout",))
    with ledger.write() as session:
        session.incidents.save(incident)
        session.incidents.save(other)
        for run_id in ("r1", "r2", "r1"):
            session.incidents.add_run(incident, RunId(run_id))

    with ledger.read() as session:
        assert session.incidents.open_in(incident.scope) == [incident]
        assert session.incidents.open_in(other.scope, incident.scope) == [incident, other]
        assert session.incidents.last_of(other.fingerprint) == other
        assert session.incidents.last_of("0" * 16) is None
        assert session.incidents.of_run(RunId("r2")) == [incident]
        assert session.incidents.runs_of(incident.id) == ["r2", "r1"]
        assert session.incidents.with_prefix("b") == [other]
        assert session.incidents.find(other.id) == other
        assert session.incidents.find(IncidentId("b")) is None


def test_a_resolved_incident_is_open_no_more_and_the_newest_of_a_cause_counts(ledger):
    old = an_incident(resolved_at=NOW, resolution="run r passed")
    new = an_incident(id=IncidentId("z"), opened_at=NOW + SECOND)
    with ledger.write() as session:
        session.incidents.save(an_incident())
        session.incidents.save(old)
        session.incidents.save(new)

    with ledger.read() as session:
        assert session.incidents.open_in(old.scope) == [new]
        assert session.incidents.last_of(old.fingerprint) == new
        assert session.incidents.latest() == [new, old]
        assert session.incidents.latest(open_only=True) == [new]
        assert session.incidents.latest(limit=1) == [new]


def test_a_silence_holds_until_its_end_or_until_somebody_ends_it(ledger):
    whole = Silence(
        "s1", DEFAULT_ORG, "moving", "user:ada", NOW, NOW + 60 * SECOND, definition_id=DefinitionId("d")
    )
    one = replace(whole, silence_id="s2", definition_id=None, incident_id=IncidentId("i1"))
    with ledger.write() as session:
        session.silences.add(whole)
        session.silences.add(one)

    with ledger.write() as session:
        assert session.silences.holding(NOW) == [whole, one]
        assert session.silences.holding(NOW + 60 * SECOND) == []
        session.silences.end("s1", at=NOW + SECOND, by="user:bob")
    with ledger.read() as session:
        assert session.silences.holding(NOW + SECOND) == [one]
        deeds = [row[2:4] for row in session.audit.latest()]
        assert deeds == [("alerts.unsilenced", "d"), ("alerts.silenced", "i1"), ("alerts.silenced", "d")]


# keys


def test_a_second_message_with_the_same_key_changes_nothing(ledger):
    first = a_note()
    stored(ledger, first, replace(first, id="other", title="Again", run_id=RunId("later")))

    with ledger.read() as session:
        assert session.outbox.waiting() == [first]


@pytest.mark.parametrize(
    "change",
    [
        {"target": "slack:#qa"},
        {"occasion": "r2"},
        {"incident_id": IncidentId("i2")},
        {"event": RuleEvent.ON_RECOVERY},
    ],
)
def test_whatever_makes_the_key_makes_another_message(ledger, change):
    stored(ledger, a_note(), a_note(2, **change))

    with ledger.read() as session:
        assert len(session.outbox.waiting()) == 2


# leases


def test_a_claimed_message_is_nobody_elses_until_its_lease_has_run_out(ledger):
    stored(ledger, a_note())

    mine = claim(ledger)
    theirs = claim(ledger, sender="s2")
    later = claim(ledger, 60 * SECOND + LEASE, sender="s2")

    assert (mine.attempts, theirs, later.attempts) == (1, None, 2)
    assert [(one.number, one.sender, one.outcome) for one in attempts(ledger, mine)] == [
        (1, "s1", "interrupted"),
        (2, "s2", ""),
    ]


def test_one_message_a_target_is_under_way_and_other_targets_go_on(ledger):
    stored(ledger, a_note(1, incident_id=None), a_note(2, incident_id=None), a_note(3, target="webhook:hook"))

    assert [claim(ledger).id, claim(ledger, sender="s2").id, claim(ledger, sender="s3")] == ["n1", "n3", None]


def test_the_messages_of_an_incident_keep_their_order_also_when_the_first_must_wait(ledger):
    opened, resolved = a_note(1), a_note(2, kind=MessageKind.RESOLVED)
    alone = a_note(3, incident_id=None)
    stored(ledger, opened, resolved, alone)
    first = claim(ledger)
    record(ledger, first.failed("down", may_help=True, chance=0.0, at=NOW + 3600 * SECOND))

    second = claim(ledger)

    assert (first.id, second.id) == ("n1", "n3")
    record(ledger, second.sent("ok", at=NOW))
    assert claim(ledger) is None, "its opening was not told yet"
    again = claim(ledger, 3700 * SECOND)
    record(ledger, again.sent("ok", at=NOW))
    assert (again.id, claim(ledger, 3701 * SECOND).id) == ("n1", "n2")


def test_the_words_about_a_pull_request_keep_their_order_and_their_comment(ledger):
    commit = CommitContext("acme/shop", "0123abc", 7)
    first, second = (
        a_note(n, kind=kind, target="github", incident_id=None, message=a_message(kind, commit=commit))
        for n, kind in ((1, MessageKind.OPENED), (2, MessageKind.SUCCESS))
    )
    stored(ledger, first, second)
    tried = claim(ledger)
    record(ledger, tried.failed("502", may_help=True, chance=0.0, at=NOW + 3600 * SECOND))

    assert claim(ledger) is None, "an old failure must not overwrite the newer success"
    record(ledger, claim(ledger, 3700 * SECOND).sent("ok", at=NOW), thread={"comment": "11"})
    with ledger.read() as session:
        assert session.outbox.thread(second) == {"comment": "11"}


def test_what_is_not_due_yet_cannot_be_claimed(ledger):
    stored(ledger, a_note(due_at=NOW + 120 * SECOND))

    with ledger.read() as session:
        assert [session.outbox.is_due(NOW + at * SECOND) for at in (119, 120)] == [False, True]
    assert claim(ledger) is None
    assert claim(ledger, 120 * SECOND).id == "n1"


def test_a_slack_channel_takes_one_message_a_second_whoever_sends(new_ledgers):
    one, other = (new_ledgers().of(DEFAULT_ORG) for _ in range(2))
    stored(
        one,
        *(a_note(n, target="slack:#qa", incident_id=None) for n in (1, 2)),
        a_note(3, target="slack:#ops"),
    )
    record(one, claim(one).sent("ts", at=NOW))

    assert claim(other, sender="s2").id == "n3", "another channel has room"
    assert claim(other, sender="s2") is None
    assert claim(other, 61 * SECOND, sender="s2").id == "n2"


def test_many_senders_never_claim_the_same_message(new_ledgers):
    stored(
        new_ledgers().of(DEFAULT_ORG),
        *(a_note(n, target=f"webhook:w{n}", incident_id=None) for n in range(40)),
    )
    claimed: list[str] = []

    def drain(number: int) -> None:
        own = new_ledgers().of(DEFAULT_ORG)
        while found := claim(own, sender=f"s{number}"):
            claimed.append(found.id)

    threads = [threading.Thread(target=drain, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(claimed) == sorted(f"n{n}" for n in range(40))


# outcomes


def test_a_receipt_is_kept_with_its_thread_for_the_next_message_of_the_incident(ledger):
    stored(ledger, a_note(1), a_note(2, kind=MessageKind.RESOLVED), a_note(3, incident_id=IncidentId("i2")))

    assert record(ledger, claim(ledger).sent("ts 1", at=NOW), thread={"ts": "1"})

    second = claim(ledger)
    with ledger.read() as session:
        assert session.outbox.thread(second) == {"ts": "1"}
        assert session.outbox.thread(a_note(3, incident_id=IncidentId("i2"))) == {}
        assert session.outbox.thread(a_note(3, incident_id=None)) == {}
        found = session.outbox.find("n1")
    assert (found.status, found.receipt) == (DeliveryStatus.SENT, "ts 1")
    record(ledger, second.sent("ts 2", at=NOW), thread={"ts": "1", "reply": "2"})
    with ledger.read() as session:
        assert session.outbox.thread(second) == {"ts": "1", "reply": "2"}


def test_a_failure_after_the_lease_was_lost_is_not_recorded_but_a_receipt_is(ledger):
    stored(ledger, a_note())
    mine = claim(ledger)
    claim(ledger, 60 * SECOND + LEASE, sender="s2")

    assert not record(ledger, mine.failed("down", may_help=True, chance=0.0, at=NOW), sender="s1")
    assert record(ledger, mine.sent("it did arrive", at=NOW), sender="s1")
    with ledger.read() as session:
        assert session.outbox.find("n1").status is DeliveryStatus.SENT


def test_a_service_that_asks_for_patience_gets_it_from_all_its_messages(ledger):
    stored(ledger, a_note(1, incident_id=None), a_note(2, incident_id=None), a_note(3, target="webhook:hook"))
    with ledger.write() as session:
        session.outbox.hold_back("email:qa@acme.com", until=NOW + 300 * SECOND)

    third = claim(ledger)
    record(ledger, third.sent("ok", at=NOW))
    assert (third.id, claim(ledger, sender="s2")) == ("n3", None)
    assert claim(ledger, 300 * SECOND, sender="s2").id == "n1"


def test_messages_are_listed_newest_first_and_by_status(ledger):
    stored(ledger, a_note(1), a_note(2, kind=MessageKind.RESOLVED))
    record(ledger, claim(ledger).sent("ok", at=NOW))

    with ledger.read() as session:
        assert [one.id for one in session.outbox.latest()] == ["n2", "n1"]
        assert [one.id for one in session.outbox.latest(status="sent")] == ["n1"]
        assert [one.id for one in session.outbox.of_incident(IncidentId("i1"))] == ["n1", "n2"]
        assert session.outbox.find("n9") is None


# grouping


def test_an_opening_that_waits_for_its_window_can_still_be_changed_and_a_tried_one_cannot_be_found(ledger):
    held = a_note(due_at=NOW + 300 * SECOND)
    stored(ledger, held)
    with ledger.write() as session:
        assert session.outbox.held_for(held.target, NOW) == held
        session.outbox.replace(replace(held, title="2 incidents", incident_id=None))

    with ledger.read() as session:
        (changed,) = session.outbox.waiting()
        assert (changed.title, changed.incident_id, changed.due_at) == ("2 incidents", None, held.due_at)
        assert session.outbox.last_opening(held.target) == held.due_at
        assert session.outbox.last_opening("slack:#other") is None
        assert session.outbox.held_for(held.target, held.due_at) is None


def test_what_is_said_of_an_incident_waits_for_the_message_that_opens_several(ledger):
    digest = a_note(1, incident_id=None, gathered=(IncidentId("i1"), IncidentId("i2")))
    over = a_note(2, kind=MessageKind.RESOLVED, incident_id=IncidentId("i2"))
    other = a_note(3, kind=MessageKind.RESOLVED, incident_id=IncidentId("i3"))
    stored(ledger, over, digest, other)

    first = claim(ledger)
    record(ledger, replace(first, due_at=NOW + 90 * SECOND, receipt="busy"))
    meanwhile = claim(ledger)
    record(ledger, meanwhile.sent("ok", at=NOW))
    nothing, again = claim(ledger), claim(ledger, at=90 * SECOND)
    record(ledger, again.sent("ok", at=NOW))

    assert (first.id, meanwhile.id, nothing, again.id) == ("n1", "n3", None, "n1")
    assert claim(ledger, at=90 * SECOND).id == "n2"


# migration


def test_messages_of_an_older_version_are_still_sent(unmade_ledgers):
    ledgers = unmade_ledgers()
    old = a_note(message=None, incident_id=None)
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    with ledgers.database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(
            sa.text(
                "INSERT INTO outbox (org_id, id, run_id, event, target, status, notification, created_at) "
                "VALUES ('default', 'n1', :run, 'on_failure', :target, 'stored', :body, :at)"
            ).bindparams(sa.bindparam("at", type_=sa.DateTime(timezone=True))),
            {"run": old.run_id, "target": old.target, "body": dump_json(old), "at": old.created_at},
        )

    migrated = unmade_ledgers().of(DEFAULT_ORG)

    assert claim(migrated).id == "n1"
    stored(migrated, replace(old, id="again"))
    with migrated.read() as session:
        assert len(session.outbox.waiting()) == 1, "its key is the one that it would get today"
