"""A channel's configuration, the people it can mention, and which channel a rule's target means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Literal
from urllib.parse import urlsplit


class ChannelKind(StrEnum):
    SLACK = "slack"
    TEAMS = "teams"
    PAGERDUTY = "pagerduty"
    EMAIL = "email"
    WEBHOOK = "webhook"
    GITHUB = "github"
    FILES = "files"  # writes what would be said


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str  # an address, `qa@acme.example`
    username: str = ""  # empty: the server asks for none


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """One entry of `channels:`.

    Attributes:
        url: Where the service answers; itself a reference where the address is the secret.
        secret: A reference, `${env:NAME}` or `${file:/path}`: the token, routing key, signing secret or password.
        timeout_seconds: What one request may take in all.
        allow_private: Host globs that may resolve to addresses of the machine's own networks.
    """

    name: str
    kind: ChannelKind
    url: str = ""
    secret: str = ""
    timeout_seconds: float = 10.0
    allow_private: tuple[str, ...] = ()
    mail: MailServer | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Who a login at the code host, or a group's name, is in each channel; empty: not there."""

    login: str
    slack: str = ""  # member id `U..`, or user group id `S..`
    teams: str = ""  # user principal name or Entra object id
    email: str = ""


NAMED = frozenset({ChannelKind.TEAMS, ChannelKind.WEBHOOK})  # their address is a channel's name, and no more


def addressed(channels: Sequence[ChannelConfig], target: str) -> tuple[ChannelConfig, str] | None:
    """The channel that a target means, and the address within it; None: no such channel is configured.

    `slack:#qa` is the first Slack channel of the file, `slack:ops/#qa` the one called `ops`; `teams:qa` is the one called
    `qa`. A channel of kind `files` that is called like a kind stands in for it.
    """
    kind, _, address = target.partition(":")
    candidates = [channel for channel in channels if kind in (channel.kind, _stand_in(channel))]
    name, slash, rest = address.partition("/")
    for channel in candidates:
        if channel.name == address:
            return channel, ""
        if slash and channel.name == name:
            return channel, rest
    if not candidates:
        return None
    first = candidates[0]
    is_named_wrongly = (first.kind in NAMED and address) or (first.kind is ChannelKind.SLACK and slash)
    return None if is_named_wrongly else (first, address)


def person(people: Sequence[Person], mention: str) -> Person | None:
    """Who is meant by `@octocat` or `octocat`, in any case; None: a stranger."""
    wanted = mention.removeprefix("@").casefold()
    return next((one for one in people if one.login.removeprefix("@").casefold() == wanted), None)


def is_allowed_private(host: str, allow_private: Sequence[str]) -> bool:
    """Whether a host was named as one that may lie in the machine's own networks."""
    plain = host.strip("[]").rstrip(".").lower()
    return any(fnmatchcase(plain, glob.strip("[]").lower()) for glob in allow_private)


def url_problem(url: str, allow_private: Sequence[str]) -> str:
    """Why nothing can be sent to an address; it does not quote it, since it may be a secret. Empty: nothing is wrong."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "is not an address; write 'https://host/path'"
    if (
        parts.scheme not in ("http", "https")
        or not host
        or any(c.isspace() or not c.isprintable() for c in url)
    ):
        return "is not an address; write 'https://host/path'"
    if parts.username is not None:
        return "holds a user name; give its token or password as a secret"
    if parts.scheme == "http" and not is_allowed_private(host, allow_private):
        return f"would send secrets unencrypted to {host!r}; write 'https://..', or list the host in allow_private"
    return ""


def _stand_in(channel: ChannelConfig) -> str:
    return channel.name if channel.kind is ChannelKind.FILES else ""
