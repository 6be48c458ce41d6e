from __future__ import annotations

import pytest

from inspect_pipelines.domain.message import Link
from inspect_pipelines.errors import ChannelError
from messages import a_message, a_notification
from resources.channels.webhook.channel import webhook_id
from stand_ins.channel_rigs import Rig
from stand_ins.server import Says


def test_a_receiver_can_check_who_sent_it_and_knows_a_repeated_one(webhook: Rig) -> None:
    webhook.says(None, None)

    receipts = [webhook.send(), webhook.send()]

    (name,) = webhook.service.handled
    assert name == a_notification(webhook.target).id
    assert receipts[0] == receipts[1]


def test_the_body_holds_the_message_as_data(webhook: Rig) -> None:
    webhook.send(a_message(mentions=("octocat",)))

    (said,) = webhook.service.handled.values()
    data = said["data"]
    assert said["type"] == "message.opened"
    assert data["sentence"] == "button 'Pay' changed colour clearly (14 of 100)"
    assert data["since"] == "2026-11-22T02:00:00Z"
    assert data["suspects"] == [{"label": "#41 New colours", "url": "https://github.com/acme/shop/pull/41"}]
    assert data["more_findings"] == 0


@pytest.mark.parametrize("text", ["run.1:on_failure:x", "run:é", "a\nb", "x" * 300, "half \ud83d"])
def test_an_id_that_would_not_fit_a_header_is_told_by_its_digest(text: str) -> None:
    assert webhook_id(text) == webhook_id(text)
    assert len(webhook_id(text)) == len("msg_") + 32


@pytest.mark.parametrize("secret", ["", "hunter2", "whsec_hunter2", "whsec_%%%", "whsec_aHVudGVyMg=="])
def test_a_secret_that_cannot_sign_is_a_sentence_without_it(webhook: Rig, secret: str) -> None:
    webhook.secrets = {"${env:S}": secret}

    with pytest.raises(
        ChannelError, match="its secret is not 'whsec_' and the base64 of at least 24 bytes"
    ) as caught:
        webhook.send()

    assert not caught.value.retry_may_help
    assert "hunter2" not in str(caught.value)


def test_any_2xx_is_a_receipt(webhook: Rig) -> None:
    webhook.says(Says(202, "queued"))

    assert "answered 202 to webhook-id" in webhook.send().text


def test_links_make_room_when_everything_is_as_long_as_it_may_be(webhook: Rig) -> None:
    long = Link("😀" * 150, f"https://a.example/{'x' * 1500}")
    message = a_message(
        title="😀" * 400,
        verdict="😀" * 100,
        sentence="😀" * 2000,
        definition_name="😀" * 200,
        dedup_key="😀" * 255,
        mentions=tuple(f"{number}{'😀' * 100}" for number in range(10)),
        lines=("😀" * 300,) * 30,
        suspects=(long,) * 5,
        links=(long,) * 10,
    )

    webhook.send(message)

    (said,) = webhook.service.handled.values()
    assert (said["data"]["links"], said["data"]["more_findings"]) == ([], 30)
