"""The entries of `channels:` and `people:` in organization.yaml as they are written; each kind of channel has its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from inspect_pipelines.config.document import Document, Duration, Texts
from inspect_pipelines.config.reading import shown
from inspect_pipelines.domain.channel import ChannelConfig, ChannelSpec, url_problem
from inspect_pipelines.domain.variable import SECRET_REFERENCE

MAIL_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
NOT_A_REFERENCE = "a secret is written as '${env:NAME}' or '${file:/path}', never as its value"


class ChannelDocument(Document):
    """What every channel may say; a kind's own adds `kind: Literal[..]` and its keys."""

    authorised_by: ClassVar[str] = (
        ""  # its key that holds the token, signing secret or password; empty: none does
    )

    kind: str
    timeout: Annotated[Duration, Field(le=60)] = 10.0
    allow_private: Texts = Field(default_factory=list)

    def problems(self) -> Iterator[tuple[str, str]]:
        """(key, what is wrong with it); literal secrets under secret names are noted with the whole file's."""
        url = getattr(self, "url", None)
        if url is not None and not SECRET_REFERENCE.match(url):
            problem = url_problem(url, self.allow_private)
            if problem:
                yield "url", f"{shown(url)} {problem}"

    def options(self) -> dict[str, str]:
        """What only its kind knows, beside address and secret."""
        return {}

    def channel(self, name: str) -> ChannelConfig:
        return ChannelConfig(
            name=name,
            kind=self.kind,
            url=getattr(self, "url", ""),
            secret=getattr(self, self.authorised_by) if self.authorised_by else "",
            timeout_seconds=self.timeout,
            allow_private=tuple(self.allow_private),
            options=self.options(),
        )


def host_of_url(config: ChannelConfig) -> str:
    """Where a channel talks to, as lists show it; an address that is a secret stays a reference."""
    return config.url if config.url.startswith("${") else urlsplit(config.url).netloc


@dataclass(frozen=True, slots=True)
class RuleKey:
    """How a notify rule names places of a kind.

    Attributes:
        takes: What the key's value may be: a text or several, each an address; `true`, which needs none.
        problem: What is wrong with an address; empty: nothing.
    """

    name: str
    takes: Any
    problem: Callable[[str], str] = lambda _: ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSpec(ChannelSpec):
    """A kind of channel with what files may say of it.

    Attributes:
        rule: Its key in a notify rule; None: no rule can name it.
        document: An entry of `channels:` in organization.yaml.
        where: Where a channel talks to, for people.
    """

    rule: RuleKey | None = None
    document: type[ChannelDocument]
    where: Callable[[ChannelConfig], str] = host_of_url


WrittenKinds = Mapping[str, WrittenSpec]


class PersonDocument(Document):
    slack: str = ""
    teams: str = ""
    email: str = ""
