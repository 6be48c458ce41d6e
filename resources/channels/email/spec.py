"""What mail is, as far as rules and organization.yaml go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from inspect_pipelines.config.channel_document import MAIL_ADDRESS, ChannelDocument, RuleKey
from inspect_pipelines.config.document import Duration, Texts
from inspect_pipelines.config.reading import shown
from inspect_pipelines.domain.channel import ChannelConfig
from inspect_pipelines.ports.channel import Channel
from resources.channels.email.server import MailServer
from resources.channels.opening import Opening
from resources.channels.spec import SendingSpec

RULE_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
PORTS = {"starttls": 587, "tls": 465, "none": 25}


class EmailDocument(ChannelDocument):
    authorised_by: ClassVar[str] = "password"

    kind: Literal["email"] = "email"
    timeout: Annotated[Duration, Field(le=60)] = 30.0  # a whole conversation, pictures included
    host: str
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: Annotated[str, Field(alias="from")]
    username: str = ""
    password: str = ""

    def problems(self) -> Iterator[tuple[str, str]]:
        if not MAIL_ADDRESS.fullmatch(self.sender):
            yield "from", f"{shown(self.sender)} is not an e-mail address"
        if "/" in self.host or any(character.isspace() for character in self.host):
            yield "host", f"{shown(self.host)} is not a host; write 'smtp.acme.com'"
        if self.password and not self.username:
            yield "password", "is of no use without 'username'"
        if self.password and self.security == "none":
            yield "security", "'none' would send the password unencrypted; write 'starttls' or 'tls'"

    def options(self) -> dict[str, str]:
        port = self.port or PORTS[self.security]
        return MailServer(self.host, port, self.security, self.sender, self.username).options()


def _opened(opening: Opening) -> Channel:
    from resources.channels.email.channel import EmailChannel

    config, opener = opening.config, opening.opener
    return EmailChannel(
        opening.outgoing,
        MailServer.of(config.options),
        opening.secret,
        opening.address,
        timeout_seconds=config.timeout_seconds,
        allow_private=config.allow_private,
        people=opening.people,
        gallery=opener.gallery,
        clock=opener.clock,
        trust=opener.trust,
    )


def _where(config: ChannelConfig) -> str:
    server = MailServer.of(config.options)
    return f"{server.host}:{server.port} ({server.security})"


def _problem(address: str) -> str:
    return "" if RULE_ADDRESS.fullmatch(address) else f"{shown(address)} is not an e-mail address"


EMAIL = SendingSpec(
    kind="email",
    service="the mail server",
    rule=RuleKey("email", Texts, _problem),
    document=EmailDocument,
    opened=_opened,
    where=_where,
    has_places=True,
    place_form="an address",
)
