"""What a webhook is, as far as rules and organization.yaml go."""

from __future__ import annotations

from typing import ClassVar, Literal

from inspect_pipelines.config.channel_document import ChannelDocument, RuleKey
from inspect_pipelines.ports.channel import Channel
from resources.channels.opening import Opening
from resources.channels.spec import SendingSpec


class WebhookDocument(ChannelDocument):
    authorised_by: ClassVar[str] = "secret"

    kind: Literal["webhook"] = "webhook"
    url: str
    secret: str


def _opened(opening: Opening) -> Channel:
    from resources.channels.webhook.channel import WebhookChannel

    return WebhookChannel(opening.outgoing, opening.url, opening.secret, opening.opener.clock)


WEBHOOK = SendingSpec(
    kind="webhook",
    service="the webhook",
    rule=RuleKey("webhook", str),
    document=WebhookDocument,
    opened=_opened,
    is_named=True,
)
