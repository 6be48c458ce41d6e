"""What Microsoft Teams is, as far as rules and organization.yaml go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from inspect_pipelines.config.channel_document import NOT_A_REFERENCE, ChannelDocument, RuleKey
from inspect_pipelines.domain.channel import Pace
from inspect_pipelines.domain.variable import SECRET_REFERENCE
from inspect_pipelines.ports.channel import Channel
from resources.channels.opening import Opening
from resources.channels.spec import SendingSpec


class TeamsDocument(ChannelDocument):
    kind: Literal["teams"] = "teams"
    url: str

    def problems(self) -> Iterator[tuple[str, str]]:
        if not SECRET_REFERENCE.match(self.url):
            yield "url", f"{NOT_A_REFERENCE}: whoever knows a workflow's address can post"


def _opened(opening: Opening) -> Channel:
    from resources.channels.teams.channel import TeamsChannel

    return TeamsChannel(opening.outgoing, opening.url, opening.people, opening.opener.gallery)


TEAMS = SendingSpec(
    kind="teams",
    service="Teams",
    rule=RuleKey("teams", str),
    document=TeamsDocument,
    opened=_opened,
    is_named=True,
    pace=Pace(4, 1),  # a workflow
)
