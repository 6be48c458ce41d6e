"""Kinds of channels, a channel's configuration, the people it can mention, and which channel a rule's target means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Pace:
    """How many messages a service takes within so many seconds."""

    messages: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSpec:
    """A kind of channel, as far as rules care; one stands in each folder of resources/channels.

    Attributes:
        kind: What its targets begin with, and what `kind:` of a channel says.
        is_named: A target names a channel and no place in it: `teams:qa`.
        has_places: A target names a place: `slack:#qa`, `email:ada@acme.example`.
        is_slash_a_name: What stands before a slash can only be a channel's name: `slack:ops/#qa`.
        stands_in: A channel of it that is called like another kind takes that one's messages.
        place_form: How a place is written, in words for people; empty: it needs none.
        of_commits: Its places are commits and pull requests.
        pace: None: as fast as it goes.
        is_grouped: Openings that follow one another closely may come as one message; not where each has a life of its own.
        is_reminded: It hears again of what stays open; not where an open alert reminds by itself.
        shows_who: Its alert or thread says that somebody took an incident on; elsewhere that would be one more message.
    """

    kind: str
    is_named: bool = False
    has_places: bool = False
    is_slash_a_name: bool = False
    stands_in: bool = False
    place_form: str = ""
    of_commits: bool = False
    pace: Pace | None = None
    is_grouped: bool = True
    is_reminded: bool = True
    shows_who: bool = False


Kinds = Mapping[str, ChannelSpec]  # by kind, in the order in which a rule's targets are told


NO_KINDS: Kinds = MappingProxyType({})


def spec_of(kinds: Kinds, target: str) -> ChannelSpec:
    """What holds for a target, `kind` or `kind:address`; of a kind that is not known any more, nothing special."""
    kind = target.partition(":")[0]
    return kinds.get(kind) or ChannelSpec(kind=kind)


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """One entry of `channels:`.

    Attributes:
        url: Where the service answers; itself a reference where the address is the secret.
        secret: A reference, `${env:NAME}` or `${file:/path}`: the token, routing key, signing secret or password.
        timeout_seconds: What one request may take in all.
        allow_private: Host globs that may resolve to addresses of the machine's own networks.
        options: What only its kind knows: a mail server's host, port, ..
    """

    name: str
    kind: str
    url: str = ""
    secret: str = ""
    timeout_seconds: float = 10.0
    allow_private: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    """Who a login at the code host, or a group's name, is in each channel; empty: not there."""

    login: str
    slack: str = ""  # member id `U..`, or user group id `S..`
    teams: str = ""  # user principal name or Entra object id
    email: str = ""


def addressed(
    kinds: Kinds, channels: Sequence[ChannelConfig], target: str
) -> tuple[ChannelConfig, str] | None:
    """The channel that a target means, and the address within it; None: no such channel is configured.

    `slack:#qa` is the first Slack channel of the file, `slack:ops/#qa` the one called `ops`; `teams:qa` is the one called
    `qa`. A channel of a kind that stands in for others (`files`), and is called like one of them, takes its messages.
    """
    kind, _, address = target.partition(":")
    candidates = [
        channel
        for channel in channels
        if kind == channel.kind or (kind == channel.name and spec_of(kinds, channel.kind).stands_in)
    ]
    name, slash, rest = address.partition("/")
    for channel in candidates:
        if channel.name == address:
            return channel, ""
        if slash and channel.name == name:
            return channel, rest
    if not candidates:
        return None
    first = candidates[0]
    spec = spec_of(kinds, first.kind)
    is_named_wrongly = (spec.is_named and address) or (spec.is_slash_a_name and slash)
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
