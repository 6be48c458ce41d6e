"""A message: what people are told, before any channel gives it a form of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inspect_pipelines.domain.ids import IncidentId, Sha256

MOST_PICTURES = 3  # of a message


class MessageKind(StrEnum):
    OPENED = "opened"  # an incident: the first that people hear of a cause
    REMINDER = "reminder"  # it is still so after the repeat interval
    FLAPPING = "flapping"
    RESOLVED = "resolved"
    ACKNOWLEDGED = "acknowledged"  # a person has taken it on
    REVIEW = "review"  # something waits for a person's approval
    SUCCESS = "success"
    COMPLETE = "complete"
    FLAKY = "flaky"
    NOTICE = "notice"  # budgets, alarms, pauses
    TEST = "test"


class Urgency(StrEnum):
    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A stored picture: shown where a channel can upload it, else told by its text."""

    sha256: Sha256
    alt: str


@dataclass(frozen=True, slots=True)
class CommitContext:
    """Where a code host is told: the commit's status, and the pull request's one comment."""

    repo: str  # owner/name
    sha: str | None = None
    pull_request: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """All text is plain and unescaped, as sites and people wrote it: each channel escapes it by its own rules.

    Attributes:
        verdict: `failed`, `passed`, `needs review`, ..
        sentence: What changed or broke, in one sentence.
        lines: Further findings, the most telling first; may be many: channels cut them and say how many there are.
        since: UTC; the first run that showed it.
        mentions: Logins at the code host, or a channel's own group names; a channel looks them up in `people`.
        suspects: Pull requests that may be the cause.
        dedup_key: The same for all messages of one cause, 1 .. 255 characters.
    """

    kind: MessageKind
    severity: Urgency
    title: str
    verdict: str
    sentence: str
    dedup_key: str
    lines: tuple[str, ...] = ()
    definition_name: str = ""
    since: datetime | None = None
    last_good: Link | None = None
    suspects: tuple[Link, ...] = ()
    links: tuple[Link, ...] = ()  # run, diff, session
    pictures: tuple[Picture, ...] = ()
    mentions: tuple[str, ...] = ()
    incident_id: IncidentId | None = None
    commit: CommitContext | None = None


def digest(messages: Sequence[Message]) -> Message:
    """Several opened incidents in one message."""
    worst = min(messages, key=lambda one: [*Urgency].index(one.severity))
    entries = [
        line for one in messages for line in (one.lines if one.incident_id is None else (_entry(one),))
    ]
    return Message(
        kind=MessageKind.OPENED,
        severity=worst.severity,
        title=f"{len(entries)} incidents",
        verdict=worst.verdict,
        sentence=f"{len(entries)} incidents were opened within a few minutes",
        dedup_key=messages[0].dedup_key,
        lines=tuple(entries),
        since=min((one.since for one in messages if one.since), default=None),
        links=tuple(dict.fromkeys(link for one in messages for link in one.links))[:10],
        pictures=tuple(dict.fromkeys(shot for one in messages for shot in one.pictures))[:MOST_PICTURES],
        mentions=tuple(dict.fromkeys(name for one in messages for name in one.mentions)),
    )


def as_text(message: Message) -> str:
    """The message as plain text, one fact a line, for people who read no other form."""
    return "\n".join(_text_lines(message))


def _entry(message: Message) -> str:
    return f"{message.title}: {message.sentence}"


def _text_lines(message: Message) -> Iterator[str]:
    yield message.sentence
    yield from (f"  - {line}" for line in message.lines)
    if message.since:
        yield f"since {message.since:%Y-%m-%d %H:%M} UTC"
    if message.last_good:
        yield f"last good run: {message.last_good.label} ({message.last_good.url})"
    for suspect in message.suspects:
        yield f"suspected: {suspect.label} ({suspect.url})"
    if message.pictures:
        yield f"pictures: {', '.join(picture.alt.partition(': ')[0] for picture in message.pictures)}"
    for link in message.links:
        yield f"{link.label}: {link.url}"
    if message.incident_id:
        yield f"look closer: inspect-pipelines incidents show {message.incident_id}"
