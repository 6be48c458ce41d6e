"""What Slack is, as far as rules and organization.yaml go."""

from __future__ import annotations

import re
from typing import ClassVar, Literal

from inspect_pipelines.config.channel_document import ChannelDocument, RuleKey
from inspect_pipelines.config.reading import shown
from inspect_pipelines.domain.channel import Pace
from inspect_pipelines.ports.channel import Channel
from resources.channels.opening import Opening
from resources.channels.spec import SendingSpec

PLACE = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9_-]*/)?(?:#[^\s#,/]{1,80}|[CDG][A-Z0-9]{8,})")


class SlackDocument(ChannelDocument):
    authorised_by: ClassVar[str] = "bot_token"

    kind: Literal["slack"] = "slack"
    bot_token: str
    url: str = "https://slack.com/api/"


def _problem(address: str) -> str:
    return "" if PLACE.fullmatch(address) else f"{shown(address)} is not a Slack channel; write '#name'"


def _opened(opening: Opening) -> Channel:
    from resources.channels.slack.channel import SlackChannel

    return SlackChannel(
        opening.outgoing,
        f"{opening.url.rstrip('/')}/",
        opening.secret,
        opening.address,
        opening.people,
        opening.opener.gallery,
    )


SLACK = SendingSpec(
    kind="slack",
    service="Slack",
    rule=RuleKey("slack_channel", str, _problem),
    document=SlackDocument,
    opened=_opened,
    has_places=True,
    is_slash_a_name=True,
    place_form="'#channel'",
    shows_who=True,
    pace=Pace(1, 1),  # a channel (docs.slack.dev, rate limits)
)
