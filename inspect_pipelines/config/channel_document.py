"""The entries of `channels:` and `people:` in organization.yaml as they are written."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, WrapValidator

from inspect_pipelines.config.document import Document, Duration, Texts


class ChannelDocument(Document):
    timeout: Annotated[Duration, Field(le=60)] = 10.0
    allow_private: Texts = Field(default_factory=list)


class SlackDocument(ChannelDocument):
    kind: Literal["slack"] = "slack"
    bot_token: str
    url: str = "https://slack.com/api/"


class TeamsDocument(ChannelDocument):
    kind: Literal["teams"] = "teams"
    url: str


class PagerDutyDocument(ChannelDocument):
    kind: Literal["pagerduty"] = "pagerduty"
    routing_key: str
    url: str = "https://events.pagerduty.com"


class EmailDocument(ChannelDocument):
    kind: Literal["email"] = "email"
    timeout: Annotated[Duration, Field(le=60)] = 30.0  # a whole conversation, pictures included
    host: str
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: Annotated[str, Field(alias="from")]
    username: str = ""
    password: str = ""


class WebhookDocument(ChannelDocument):
    kind: Literal["webhook"] = "webhook"
    url: str
    secret: str


class GithubDocument(ChannelDocument):
    kind: Literal["github"] = "github"
    token: str
    url: str = "https://api.github.com"


class FilesDocument(ChannelDocument):
    kind: Literal["files"] = "files"


class PersonDocument(Document):
    slack: str = ""
    teams: str = ""
    email: str = ""


DOCUMENTS: dict[str, type[ChannelDocument]] = {
    "slack": SlackDocument,
    "teams": TeamsDocument,
    "pagerduty": PagerDutyDocument,
    "email": EmailDocument,
    "webhook": WebhookDocument,
    "github": GithubDocument,
    "files": FilesDocument,
}


def _as_written(value: Any, _: Any) -> Any:
    """Leave it to config/channels.py: a union's own errors would name seven shapes where one was meant."""
    return value


Channels = dict[
    str,
    Annotated[
        SlackDocument
        | TeamsDocument
        | PagerDutyDocument
        | EmailDocument
        | WebhookDocument
        | GithubDocument
        | FilesDocument,
        WrapValidator(_as_written),
    ],
]
