"""Which channel sends is asked anew for each message."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders import a_plan, a_schedule
from houses import apply
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.channel import ChannelConfig
from inspect_pipelines.domain.compiled import Channels
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.notification import DeliveryStatus
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import ChannelError
from inspect_pipelines.stored.compiled import compile_definitions
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.runs.start import Ticket
from inspect_pipelines.wiring import house
from messages import NOW, a_notification
from resources.publication import FilePublication
from stand_ins.slack import TOKEN, Slack
from stand_ins.webhook import SECRET, Receiver


def publish(home: Path, *channels: ChannelConfig) -> None:
    FilePublication(home).publish(
        compile_definitions(Naming(DEFAULT_ORG), (), at=NOW, channels=Channels(channels))
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path))
    return tmp_path


def test_what_has_no_channel_becomes_a_file(home: Path) -> None:
    ((kind, channel),) = house(Settings()).channels

    receipt = channel.send(a_notification("slack:#qa"), {})

    assert kind == "*"
    assert Path(receipt.text).parent == home / "outbox"


def test_an_apply_holds_for_the_next_message_of_a_house_that_is_open(home: Path, monkeypatch) -> None:
    receiver = Receiver()
    monkeypatch.setenv("HOOK", SECRET)
    ((_, channel),) = house(Settings()).channels
    before = channel.send(a_notification("webhook:qa", number=1), {})

    publish(
        home,
        ChannelConfig(
            "qa",
            "webhook",
            f"{receiver.url}/hooks/qa",
            "${env:HOOK}",
            allow_private=("127.0.0.1",),
        ),
    )
    after = channel.send(a_notification("webhook:qa", number=2), {})
    receiver.close()

    assert before.text.startswith(str(home))
    assert "answered 204" in after.text


def test_a_secret_without_a_value_waits_for_somebody_to_set_it(home: Path, monkeypatch) -> None:
    monkeypatch.delenv("HOOK", raising=False)
    publish(home, ChannelConfig("qa", "webhook", "https://hooks.acme.example", "${env:HOOK}"))
    ((_, channel),) = house(Settings()).channels

    with pytest.raises(ChannelError, match="channel 'qa' cannot be used: secret") as caught:
        channel.send(a_notification("webhook:qa"), {})

    assert caught.value.retry_may_help


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda path: path.write_text("{"), "run `inspect-pipelines apply` to write it anew"),
        (lambda path: path.write_text('{"channels": {"channels": 1}}'), "`inspect-pipelines apply`"),
        (lambda path: path.mkdir(), "cannot be read for its channels: is a directory"),
    ],
)
def test_while_the_publication_cannot_be_read_messages_wait_and_none_goes_elsewhere(
    home: Path, spoil, why: str
) -> None:
    (home / "compiled").mkdir()
    spoil(home / "compiled" / "default.json")
    ((_, channel),) = house(Settings()).channels

    with pytest.raises(ChannelError, match=why) as caught:
        channel.send(a_notification("slack:#qa"), {})

    assert caught.value.retry_may_help
    assert not (home / "outbox").exists()


def test_what_a_failed_run_stored_reaches_slack_once(home: Path, monkeypatch) -> None:
    service = Slack()
    monkeypatch.setenv("SLACK_TOKEN", TOKEN)
    ours = house(Settings())
    ours.ledgers.migrate()
    rule = NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",))
    apply(ours, a_schedule(plan=a_plan(notify=(rule,))))
    publish(
        home,
        ChannelConfig(
            "slack",
            "slack",
            f"{service.url}/api/",
            "${env:SLACK_TOKEN}",
            allow_private=("127.0.0.1",),
        ),
    )
    ticket = Ticket(DefinitionId("nightly-shop"), "d1", origin="cron:nightly-shop:2026-11-22T07:00Z")
    abort(ours, start.admit(ours, ticket).run.id, RunStatus.ERROR, "its worker died")

    (tried,) = send_waiting(ours)
    again = send_waiting(ours)
    service.close()

    (message,) = service.messages.values()
    assert (tried.status, again) == (DeliveryStatus.SENT, [])
    assert tried.receipt == "Slack message 1763794800.000000 in C0000QA00"
    assert "Nightly shop: error" in message["text"]
