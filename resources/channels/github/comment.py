"""The one comment on a pull request: a section for each definition, each replaced in place."""

from __future__ import annotations

import hashlib
import re

from inspect_pipelines.domain.login import is_login
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
    plain,
    sentence,
    shown_lines,
)
from resources.channels.who import People

MARKER = "<!-- inspect-pipelines -->"
MAX_BODY = 60_000  # GitHub takes 65,536 characters
MAX_LINES = 10
TEAM = re.compile(r"[A-Za-z0-9_-]{1,100}")  # after its organisation and a slash
SECTION = re.compile(r"<!-- inspect:([0-9a-f]{16}) -->\n.*?<!-- /inspect:\1 -->", re.DOTALL)
SIGNS = "\\`*_{}[]()#+-.!|~$^"  # all that Markdown begins with
EMOJI_NAME = re.compile(r":(?=[A-Za-z0-9_+-]+:)")
NOT_A_NAME = "\u200b"  # after `@`, `#` and `:`: shown as nothing, and nobody is notified


def section(message: Message, people: People) -> str:
    """What the comment says of a message's definition."""
    out = [f"### {mark(message)} {escape(isolated(heading(message, 200)))}"]
    if sentence(message):
        out += ["", escape(isolated(sentence(message)))]
    rows = facts(message)
    if rows:
        out += ["", "| | |", "|---|---|"]
    for fact in rows:
        words = [
            *(_link(link) for link in fact.links),
            *([escape(isolated(cut(fact.text, 200)))] if fact.text else []),
        ]
        out.append(f"| **{fact.label}** | {', '.join(words)} |")
    shown, left_out = shown_lines(message.lines, count=MAX_LINES, size=4000)
    if shown or left_out:
        out += ["", *(f"- {escape(line)}" for line in shown)]
        out += [f"- *{more(left_out)}*"] if left_out else []
    if message.pictures:
        out += ["", f"Picture: {escape(isolated(cut(plain(message.pictures[0].alt), 300)))}"]
    if links(message):
        out += ["", " · ".join(_link(link) for link in links(message))]
    words = [_mention(name, is_known=who is not None) for name, who in people.of(message)]
    if words:
        out += ["", " ".join(words)]
    key = hashlib.sha256(message.definition_name.encode("utf-8", "replace")).hexdigest()[:16]
    return "\n".join([f"<!-- inspect:{key} -->", *out, f"<!-- /inspect:{key} -->"])


def merged(before: str, mine: str) -> str:
    """The comment's text with this section in place of its older self; sections that no longer fit are left out."""
    kept = {found.group(1): found.group(0) for found in SECTION.finditer(before)}
    new = SECTION.fullmatch(mine)
    assert new is not None  # section writes it so
    kept[new.group(1)] = mine
    others = [text for key, text in kept.items() if key != new.group(1)]
    while others and sum(len(text) + 2 for text in (*others, mine)) > MAX_BODY:
        others.pop(0)
    text = "\n\n".join([one for one in kept.values() if one in others or one == mine])
    return f"{MARKER}\n{text}"


def escape(text: str) -> str:
    """Plain words in GitHub's Markdown: nothing is formatted, no issue is linked, nobody is notified."""
    out = []
    for sign in EMOJI_NAME.sub(f":{NOT_A_NAME}", text):
        if sign in "<>&":
            out.append({"<": "&lt;", ">": "&gt;", "&": "&amp;"}[sign])
        elif sign in "@#":
            out.append(f"\\{sign}{NOT_A_NAME}" if sign == "#" else f"{sign}{NOT_A_NAME}")
        elif sign in SIGNS:
            out.append(f"\\{sign}")
        else:
            out.append(sign)
    return "".join(out)


def _mention(name: str, *, is_known: bool) -> str:
    login = name.removeprefix("@")
    who, slash, team = login.partition("/")
    is_name = is_login(who) and (not slash or TEAM.fullmatch(team))
    return f"@{login}" if is_known and is_name else escape(isolated(name))


def _link(link: Link) -> str:
    label = escape(isolated(label_of(link)))
    url = link.url.replace("(", "%28").replace(")", "%29").replace("|", "%7C")
    return f"[{label}]({url})" if is_web(link.url) and len(url) < 1000 else label
