"""What GitHub is as a channel, as far as rules and organization.yaml go."""

from __future__ import annotations

from typing import ClassVar, Literal

from inspect_pipelines.config.channel_document import ChannelDocument, RuleKey
from inspect_pipelines.ports.channel import Channel
from resources.channels.opening import Opening
from resources.channels.spec import SendingSpec


class GithubDocument(ChannelDocument):
    authorised_by: ClassVar[str] = "token"

    kind: Literal["github"] = "github"
    token: str
    url: str = "https://api.github.com"


def _opened(opening: Opening) -> Channel:
    from resources.channels.github.channel import GithubChannel

    return GithubChannel(opening.outgoing, opening.url, opening.secret, opening.people)


GITHUB = SendingSpec(
    kind="github",
    service="GitHub",
    rule=RuleKey("github", bool),
    document=GithubDocument,
    opened=_opened,
    of_commits=True,
    is_grouped=False,
    is_reminded=False,
    place_form="'owner/name#7' (a pull request) or 'owner/name@' and a commit's whole sha",
)
