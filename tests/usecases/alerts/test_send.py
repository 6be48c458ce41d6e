from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders import a_plan, a_schedule
from ends import Watch
from houses import CollectingChannel, SteppedClock, a_house, apply
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.notification import DeliveryStatus, Notification
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import ChannelError, NotFound, Refused, Unavailable
from inspect_pipelines.ports.channel import Receipt
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.resend import resend
from inspect_pipelines.usecases.alerts.send import LEASE, send_next, send_waiting
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.runs.expire import expire
from inspect_pipelines.usecases.runs.start import Ticket


def a_failed_run(house: House) -> RunId:
    apply(house, a_schedule(plan=a_plan(notify=(NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",)),))))
    ticket = Ticket(DefinitionId("nightly-shop"), "d1", origin="cron:nightly-shop:2026-11-22T07:00Z")
    run_id = start.admit(house, ticket).run.id
    abort(house, run_id, RunStatus.ERROR, "its worker died")
    return run_id


def test_a_notification_is_sent_once_and_its_receipt_is_kept(tmp_path: Path) -> None:
    channel = CollectingChannel()
    house = a_house(tmp_path, channels=[("slack", channel)])
    run_id = a_failed_run(house)

    send_waiting(house)
    send_waiting(house)

    assert [n.title for n in channel.sent] == ["Nightly shop: error"]
    with house.ledger.read() as ledger:
        (kept,) = ledger.outbox.of_run(run_id)
    assert (kept.status, kept.receipt) == (DeliveryStatus.SENT, "receipt 1")


def test_a_passing_failure_is_tried_again_and_a_permanent_one_given_up_visibly(tmp_path: Path) -> None:
    channel = CollectingChannel()
    channel.failures = [Unavailable("Slack did not answer"), Refused("channel '#qa' is gone")]
    house = a_house(tmp_path, channels=[("*", channel)])
    a_failed_run(house)

    tries = []
    for _ in range(3):
        tries.append(send_waiting(house))
        house.clock.sleep(2)  # the first delay is 1 - 2 s
    first, second, third = tries

    assert [n.status for n in first + second] == [DeliveryStatus.STORED, DeliveryStatus.FAILED]
    assert third == []


def test_a_target_without_a_channel_fails_with_a_reason(tmp_path: Path) -> None:
    house = a_house(tmp_path, channels=[("email", CollectingChannel())])
    a_failed_run(house)

    (tried,) = send_waiting(house)

    assert (tried.status, tried.receipt) == (DeliveryStatus.FAILED, "no channel can reach 'slack:#qa'")


def test_a_delivery_becomes_a_fact_once(tmp_path: Path) -> None:
    house = a_house(tmp_path, channels=[("*", CollectingChannel())])
    a_failed_run(house)

    send_waiting(house)
    send_waiting(house)

    with house.ledgers.read() as ledger:
        assert [kind for _, kind, _ in ledger.journal.after(0)] == ["run", "incident", "notification"]


class Threading:
    """Answers like a chat: each message is told in which thread it stands."""

    def __init__(self) -> None:
        self.threads: list[Mapping[str, str]] = []

    def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
        self.threads.append(thread)
        return Receipt("ok", {"ts": f"{len(self.threads)}"})


class Killed(BaseException):
    """Ends the process where it stands."""


def test_the_newest_receipts_thread_is_handed_to_the_next_message_of_the_incident(tmp_path: Path) -> None:
    channel = Threading()
    house = a_house(tmp_path, channels=[("*", channel)])
    watch = Watch(house)
    watch.define()
    for status in (RunStatus.FAILED, RunStatus.PASSED, RunStatus.FAILED):
        watch.end(status)
        send_waiting(house)

    assert channel.threads == [{}, {"ts": "1"}, {}]


def test_a_service_that_says_when_to_come_again_is_left_alone_until_then(tmp_path: Path) -> None:
    channel = CollectingChannel()
    channel.failures = [ChannelError("429", is_permanent=False, retry_after_seconds=600)]
    house = a_house(tmp_path, channels=[("*", channel)])
    watch = Watch(house)
    watch.define()
    watch.end()
    send_waiting(house)
    watch.end(RunStatus.PASSED, after=timedelta(minutes=1))

    before = send_waiting(house)
    house.clock.sleep(540)
    after = [*send_waiting(house)]
    house.clock.sleep(1)  # a Slack channel takes one message a second
    after += send_waiting(house)

    assert before == []
    assert [note.title for note in after] == ["Nightly shop: failed", "Nightly shop: resolved"]


def test_a_message_is_given_up_after_a_day_with_the_last_reason(tmp_path: Path) -> None:
    channel = CollectingChannel()
    house = a_house(tmp_path, channels=[("*", channel)])
    run_id = a_failed_run(house)

    for _ in range(60):
        channel.failures = [ChannelError("no route to the host", is_permanent=False)]
        send_waiting(house)
        house.clock.sleep(3600)

    with house.ledger.read() as ledger:
        (note,) = ledger.outbox.of_run(run_id)
        tries = ledger.outbox.attempts_of(note.id)
    assert note.status is DeliveryStatus.FAILED
    assert note.receipt.startswith("given up after 25 attempts since 2026-11-22")
    assert note.receipt.endswith("no route to the host")
    assert {one.outcome for one in tries} == {"failed"}


def test_a_message_that_waited_for_days_has_a_whole_day_of_tries_and_so_has_a_resent_one(
    tmp_path: Path,
) -> None:
    channel = CollectingChannel()
    house = a_house(tmp_path, channels=[("*", channel)])
    a_failed_run(house)

    def fails() -> DeliveryStatus:
        channel.failures = [ChannelError("no route to the host", is_permanent=False)]
        (tried,) = send_waiting(house)
        return tried.status

    house.clock.sleep(48 * 3600)
    late = fails()
    house.clock.sleep(24 * 3600)
    given_up = fails()
    with house.ledger.read() as ledger:
        (note,) = ledger.outbox.latest()
    resend(house, note.id)
    house.clock.sleep(1)  # a Slack channel takes one message a second

    assert (late, given_up) == (DeliveryStatus.STORED, DeliveryStatus.FAILED)
    assert note.receipt.startswith("given up after 2 attempts since 2026-11-24")
    assert fails() is DeliveryStatus.STORED


def test_a_message_that_never_was_is_told_with_the_one_that_may_be_meant(tmp_path: Path) -> None:
    house = a_house(tmp_path, channels=[("slack", CollectingChannel())])
    a_failed_run(house)
    with house.ledger.read() as ledger:
        (note,) = ledger.outbox.latest()

    with pytest.raises(NotFound, match=rf"does not exist \(did you mean '{note.id}'\?\); list them with"):
        resend(house, f"{note.id[:-1]}x")


def test_a_defect_in_a_channel_costs_the_others_nothing(tmp_path: Path) -> None:
    class Broken:
        def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
            raise KeyError("channel")

    good = CollectingChannel()
    house = a_house(tmp_path, channels=[("slack", Broken()), ("email", good)])
    rules = (
        NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",)),
        NotifyRule(RuleEvent.ON_FAILURE, ("email:a@acme.com",)),
    )
    watch = Watch(house)
    watch.define(*rules)
    watch.end()

    tried = {note.target: note for note in send_waiting(house)}

    assert len(good.sent) == 1
    assert tried["slack:#qa"].receipt == "a defect of ours: KeyError: 'channel'"
    assert tried["slack:#qa"].status is DeliveryStatus.STORED


@pytest.mark.parametrize("has_arrived", [True, False])
def test_a_sender_that_dies_before_it_could_note_a_receipt_is_followed_by_another_one(
    tmp_path: Path, has_arrived: bool
) -> None:
    class Dies(CollectingChannel):
        def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
            if has_arrived:
                super().send(notification, thread)
            raise Killed

    dying, living = Dies(), CollectingChannel()
    house = a_house(tmp_path, channels=[("*", dying)])
    run_id = a_failed_run(house)
    with pytest.raises(Killed):
        send_next(house, "s1")
    later = a_house(tmp_path, channels=[("*", living)])
    later.clock.at = house.clock.at

    at_once = send_next(later, "s2")
    later.clock.sleep(LEASE.total_seconds())
    sent = send_next(later, "s2")

    assert at_once is None
    assert sent is not None
    assert {note.id for note in (*dying.sent, *living.sent)} == {sent.id}, (
        "the same id, for services that know it"
    )
    with later.ledger.read() as ledger:
        tries = ledger.outbox.attempts_of(sent.id)
        assert [note.status for note in ledger.outbox.of_run(run_id)] == [DeliveryStatus.SENT]
    assert [one.outcome for one in tries] == ["interrupted", "sent"]


def test_runs_that_never_reached_their_last_step_are_told_too(tmp_path: Path) -> None:
    """Killed, too late, never launched: nobody's last op sends for them."""
    channel = CollectingChannel()
    house = a_house(tmp_path, channels=[("*", channel)])
    rule = NotifyRule(RuleEvent.ON_FAILURE, ("email:qa@acme.com",))
    for name in ("killed", "late", "lost"):
        apply(house, a_schedule(name, plan=a_plan(notify=(rule,))))
    killed, late = (
        start.admit(house, Ticket(DefinitionId(name), f"d-{name}", origin=f"request:{name}")).run
        for name in ("killed", "late")
    )
    start.request(house, DefinitionId("lost"), {}, by="user:ada", key="lost")
    house.workers.dead.add("d-killed")
    expire(house)
    house.clock.sleep(40 * 60)
    expire(house)
    house.clock.sleep(13 * 3600)
    expire(house)

    send_waiting(house)
    house.clock.sleep(600)  # openings that follow closely come together
    send_waiting(house)

    told = "\n".join(f"{note.title}\n{note.text}" for note in channel.sent)
    assert "its worker died before the run was concluded" in told
    assert "it did not end within its 30 minutes" in told
    assert "no worker took it within" in told
    assert {killed.id, late.id} < {note.run_id for note in channel.sent}


class ClockOfAPausedMachine(SteppedClock):
    """Leaps by a lease at its second look at the steady counter: between the claim and the sending."""

    looks = 0

    def monotonic(self) -> float:
        self.looks += 1
        if self.looks == 2:
            self.at += LEASE
        return super().monotonic()


def test_a_sender_that_slept_through_its_lease_leaves_the_message_to_the_next_one(tmp_path: Path) -> None:
    channel = CollectingChannel()
    house = a_house(tmp_path, channels=[("*", channel)])
    run_id = a_failed_run(house)
    paused = replace(house, clock=ClockOfAPausedMachine())

    assert send_next(paused, "paused") is None
    assert channel.sent == []

    (sent,) = send_waiting(replace(house, clock=paused.clock))
    assert sent.status is DeliveryStatus.SENT
    with house.ledger.read() as ledger:
        (kept,) = ledger.outbox.of_run(run_id)
        assert [one.outcome for one in ledger.outbox.attempts_of(kept.id)] == ["interrupted", "sent"]
    assert len(channel.sent) == 1
