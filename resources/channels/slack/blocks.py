"""A message as Slack's Block Kit: at most 50 blocks, 3,000 characters a section, 150 a header."""

from __future__ import annotations

from typing import Any

from inspect_pipelines.domain.message import Link, Message
from resources.channels.telling import (
    cut,
    facts,
    heading,
    is_web,
    isolated,
    label_of,
    links,
    mark,
    more,
    sentence,
    shown_lines,
    unangled,
)
from resources.channels.who import People

MAX_SECTION = 3000
MAX_HEADER = 150
MAX_LINES = 10
MAX_FALLBACK = 1000  # of `text`, which notifications and screen readers show

Block = dict[str, Any]


def blocks(message: Message, people: People) -> list[Block]:
    """Header, sentence, facts, findings, links, mentions: those that there are."""
    head = f"{mark(message)} {unangled(isolated(heading(message, MAX_HEADER - 6)))}"
    found: list[Block] = [{"type": "header", "text": {"type": "plain_text", "text": head, "emoji": False}}]
    if sentence(message):
        found.append(_section(escape(isolated(sentence(message)))))
    rows = facts(message)
    if rows:
        found.append(_section("\n".join(f"*{fact.label}:* {_words(fact.text, fact.links)}" for fact in rows)))
    shown, left_out = shown_lines(message.lines, count=MAX_LINES, size=1800, line_size=200)
    if shown or left_out:
        listed = [f"• {escape(line)}" for line in shown]
        found.append(_section("\n".join([*listed, *([f"_{more(left_out)}_"] if left_out else [])])))
    if links(message):
        found.append(_section("  ·  ".join(_link(link) for link in links(message))))
    mentioned = _mentions(message, people)
    if mentioned:
        found.append(_section(mentioned))
    return found


def fallback(message: Message, people: People) -> str:
    """One line, for where blocks are not shown."""
    words = " ".join(
        part
        for part in (
            mark(message),
            escape(isolated(heading(message, 200))),
            "-" if sentence(message) else "",
            escape(isolated(sentence(message, 300))),
        )
        if part
    )
    mentioned = _mentions(message, people)
    return f"{words} {mentioned}"[:MAX_FALLBACK] if mentioned else words


def escape(text: str) -> str:
    """Slack's three signs; what is left of a mention or a link is plain words."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _section(text: str) -> Block:
    # verbatim: without it, Slack makes links and mentions of what only looks like some
    return {"type": "section", "text": {"type": "mrkdwn", "text": _fitting(text), "verbatim": True}}


def _fitting(text: str) -> str:
    """Whole lines up to the cap: a cut within `<..|..>` or `&lt;` would undo the escaping."""
    while len(text) > MAX_SECTION:
        kept, _, last = text.rpartition("\n")
        text = kept or _cut_line(last)
    return text


def _cut_line(line: str) -> str:
    """A line that is too long by itself, cut before the first sign that means something."""
    end = MAX_SECTION - 1
    safe = max(line.rfind(" ", 0, end), 0)
    piece = line[:safe]
    opened, closed = piece.rfind("<"), piece.rfind(">")
    return (piece[:opened] if opened > closed else piece) + "…"


def _words(text: str, some: tuple[Link, ...]) -> str:
    return ", ".join([*(_link(link) for link in some), *([escape(isolated(cut(text, 200)))] if text else [])])


def _link(link: Link) -> str:
    label = escape(isolated(label_of(link))).replace("|", "¦")
    return f"<{escape(link.url)}|{label}>" if is_web(link.url) and len(link.url) < 700 else label


def _mentions(message: Message, people: People) -> str:
    found = []
    for name, who in people.of(message):
        if who is None or not who.slack:
            found.append(escape(isolated(name)))
        else:
            found.append(f"<!subteam^{who.slack}>" if who.slack.startswith("S") else f"<@{who.slack}>")
    return " ".join(found)
