from __future__ import annotations

from pathlib import Path

from builders import a_plan, a_schedule
from houses import CollectingChannel, a_house, apply
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.notification import DeliveryStatus
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import Refused, Unavailable
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases import start
from inspect_pipelines.usecases.conclude import abort
from inspect_pipelines.usecases.notify import send_waiting
from inspect_pipelines.usecases.start import Ticket


def a_failed_run(house: House) -> RunId:
    apply(house, a_schedule(plan=a_plan(notify=(NotifyRule(RuleEvent.ON_FAILURE, slack_channel="#qa"),))))
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

    with house.ledger.read() as ledger:
        assert [kind for _, kind, _ in ledger.journal.after(0)] == ["run", "incident", "notification"]
