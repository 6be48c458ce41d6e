"""What every channel says of a message, before any escaping: heading, facts, findings, and how much fits.

All text of a message comes from sites and people. `plain` makes it one harmless line: no control characters, no
unbalanced direction marks, no half surrogates. Each channel then escapes it by its own rules.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from inspect_pipelines.domain.message import Link, Message, MessageKind, Urgency
from inspect_pipelines.domain.notification import Notification

DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
LEFT_ISOLATE, RIGHT_ISOLATE, POP_ISOLATE = "\u2066", "\u2067", "\u2069"
RIGHT_TO_LEFT = frozenset({"R", "AL"})
MAX_LINKS = 10
MAX_SUSPECTS = 5
MAX_LABEL = 150

HEADS = {
    MessageKind.OPENED: ("🔴", ""),
    MessageKind.REMINDER: ("🔴", "Still so: "),
    MessageKind.FLAPPING: ("🟠", "Flapping: "),
    MessageKind.RESOLVED: ("🟢", "Resolved: "),
    MessageKind.ACKNOWLEDGED: ("👀", "Acknowledged: "),
    MessageKind.REVIEW: ("🟡", "To review: "),
    MessageKind.SUCCESS: ("🟢", ""),
    MessageKind.COMPLETE: ("🏁", ""),
    MessageKind.FLAKY: ("🟠", "Flaky: "),
    MessageKind.NOTICE: ("🔵", ""),
    MessageKind.TEST: ("🔵", "Test: "),
}
SAYS_SO = {  # words of a title that need no prefix: `Nightly shop: still failed`
    MessageKind.REMINDER: ("still",),
    MessageKind.FLAPPING: ("flapping", "comes and goes"),
    MessageKind.RESOLVED: ("resolved",),
    MessageKind.ACKNOWLEDGED: ("acknowledged",),
    MessageKind.REVIEW: ("review",),
    MessageKind.FLAKY: ("flaky",),
}
LEFT_OUT_BEFORE = re.compile(r"and ([\d,]{1,12}) more")  # a message's own last line, when it was cut before
COLOURS = {
    Urgency.CRITICAL: "#b3261e",
    Urgency.ERROR: "#b3261e",
    Urgency.WARNING: "#9a5b00",
    Urgency.INFO: "#1558b0",
}
GREEN = "#1a7f37"


@dataclass(frozen=True, slots=True)
class Fact:
    """One row under the sentence: words, or links."""

    label: str
    text: str = ""
    links: tuple[Link, ...] = ()


def message_of(notification: Notification) -> Message:
    """The notification's message; one of its title and text when it brings none of its own."""
    if notification.message is not None:
        return notification.message
    first, _, rest = notification.text.partition("\n")
    return Message(
        kind=MessageKind.NOTICE,
        severity=Urgency.WARNING,
        title=notification.title,
        verdict="",
        sentence=first,
        dedup_key=notification.id[:255],
        lines=tuple(line for line in rest.split("\n") if line.strip()),
        mentions=notification.mentions,
    )


def mark(message: Message) -> str:
    """The sign in front; each is told apart by the words beside it, too."""
    return HEADS[message.kind][0]


def heading(message: Message, limit: int) -> str:
    """`Resolved: Nightly shop failed`, at most so many characters."""
    title = plain(message.title) or "inspect-pipelines"
    prefix = HEADS[message.kind][1]
    says_so = any(word in title.casefold() for word in SAYS_SO.get(message.kind, ()))
    return cut(title if says_so else f"{prefix}{title}", limit)


def sentence(message: Message, limit: int = 1000) -> str:
    """What changed, at most so many characters; empty when there is nothing to say."""
    return cut(plain(message.sentence), limit)


def colour(message: Message) -> str:
    """Of a message's edge, as `#rrggbb`."""
    is_good = message.kind in (MessageKind.RESOLVED, MessageKind.SUCCESS)
    return GREEN if is_good else COLOURS[message.severity]


def facts(message: Message) -> list[Fact]:
    """Verdict, schedule, since when, last good run, suspects: those that are known."""
    found = []
    for label, text in (("Verdict", message.verdict), ("Definition", message.definition_name)):
        if plain(text):
            found.append(Fact(label, cut(plain(text), 200)))
    if message.since is not None:
        found.append(Fact("Since", moment(message.since)))
    if message.last_good is not None:
        found.append(Fact("Last good run", links=(message.last_good,)))
    if message.suspects:
        left_out = len(message.suspects) - MAX_SUSPECTS
        found.append(
            Fact("Suspected", more(left_out) if left_out > 0 else "", message.suspects[:MAX_SUSPECTS])
        )
    return found


def links(message: Message) -> tuple[Link, ...]:
    """Run, diff, session: those that a browser can follow."""
    return tuple(link for link in message.links[:MAX_LINKS] if is_web(link.url))


def is_web(url: str) -> bool:
    """Whether a link may be shown as one: http(s), and nothing that breaks out of it."""
    return bool(re.fullmatch(r"https?://[^\s<>\"'`\\|\x00-\x20\x7f]{1,2000}", url)) and url.isprintable()


def label_of(link: Link) -> str:
    """A link's words; its address where it has none."""
    return cut(plain(link.label) or plain(link.url) or "link", MAX_LABEL)


def shown_lines(
    lines: Sequence[str], *, count: int, size: int, line_size: int = 300
) -> tuple[list[str], int]:
    """The first findings that fit, and how many are left out.

    Args:
        count: At most so many.
        size: At most so many bytes of UTF-8 together, each with four of its own for marks.
        line_size: Characters of one; it is cut there.
    """
    before = LEFT_OUT_BEFORE.fullmatch(lines[-1]) if lines else None
    found = lines[:-1] if before else lines
    total = len(found) + (int(before.group(1).replace(",", "")) if before else 0)
    shown: list[str] = []
    for line in found[:count]:
        text = isolated(cut(plain(line[: 4 * line_size]), line_size))
        size -= len(text.encode()) + 4
        if size < 0:
            break
        shown.append(text)
    return shown, total - len(shown)


def more(count: int) -> str:
    """`and 1,204 more`."""
    return f"and {count:,} more"


def plain(text: str) -> str:
    """One line of harmless text: no control or direction marks, no half surrogates, spaces closed up."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    visible = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in whole)
    return " ".join(DIRECTION_MARKS.sub("", visible).split())


def unangled(text: str) -> str:
    """The text with `‹` for `<`, for where nothing is parsed, so that nothing need be escaped, and nothing looks like a tag."""
    return text.replace("<", "‹").replace(">", "›")


def isolated(text: str) -> str:
    """The text, within marks of its own when some of it runs from right to left, so that it moves nothing else."""
    if not _strong(text) & RIGHT_TO_LEFT:
        return text
    return f"{LEFT_ISOLATE if direction(text) == 'ltr' else RIGHT_ISOLATE}{text}{POP_ISOLATE}"


def direction(text: str) -> str:
    """`rtl` when all of its words run so; our own sentences run from left to right, whatever a site's words in them do."""
    strong = _strong(text)
    return "rtl" if strong & RIGHT_TO_LEFT and "L" not in strong else "ltr"


def cut(text: str, limit: int) -> str:
    """The text, or its beginning with an ellipsis; an emoji of several characters is not split."""
    if len(text) <= limit:
        return text
    end = limit - 1
    while end > 0 and (text[end] in "\u200d\ufe0f" or text[end - 1] == "\u200d" or _joins(text[end])):
        end -= 1
    return text[: end or limit - 1] + "…"


def plain_text(message: Message, *, limit: int = 20_000) -> str:
    """The whole message as text, for the plain part of a mail and for channels' fallbacks."""
    out = [f"{mark(message)} {isolated(heading(message, 300))}", ""]
    if sentence(message):
        out += [isolated(sentence(message)), ""]
    for fact in facts(message):
        words = [
            isolated(label_of(link)) + (f" {link.url}" if is_web(link.url) else "") for link in fact.links
        ]
        out.append(f"{fact.label}: {', '.join([*words, *([fact.text] if fact.text else [])])}")
    shown, left_out = shown_lines(message.lines, count=50, size=limit // 2)
    if shown or left_out:
        out += ["", *(f"- {line}" for line in shown)]
        out += [more(left_out)] if left_out > 0 else []
    out += [""] + [f"{label_of(link)}: {link.url}" for link in links(message)]
    for picture in message.pictures[:3]:
        out.append(f"Picture: {isolated(cut(plain(picture.alt), 300))}")
    return "\n".join(out).strip() + "\n"


def moment(at: datetime) -> str:
    """A time for people: `2026-11-22 07:00 UTC`."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _strong(text: str) -> set[str]:
    """The directions of its letters, as Unicode names them."""
    return {unicodedata.bidirectional(c) for c in text} & {"L", *RIGHT_TO_LEFT}


def _joins(character: str) -> bool:
    return unicodedata.combining(character) != 0 or "\U0001f3fb" <= character <= "\U0001f3ff"
