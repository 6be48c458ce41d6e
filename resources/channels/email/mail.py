"""A message as a mail: headers, plain text, HTML, and its pictures inside."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from inspect_pipelines.domain.message import Message
from inspect_pipelines.ports.gallery import Gallery
from resources.channels.pictures import small_jpeg, stored
from resources.channels.telling import (
    colour,
    cut,
    direction,
    facts,
    heading,
    is_web,
    label_of,
    links,
    mark,
    more,
    plain,
    plain_text,
    sentence,
    shown_lines,
)
from resources.channels.who import People

MAX_PICTURES = 3
MAX_PICTURE_BYTES = 600_000  # of one; larger ones are made smaller
PICTURE_PX = 1280
MAX_SUBJECT = 200
MAX_LINES = 20


def mail(
    message: Message,
    *,
    sender: str,
    to: str,
    name: str,
    answers: str,
    at: datetime,
    people: People,
    gallery: Gallery,
) -> EmailMessage:
    """The mail.

    Args:
        name: Its Message-ID.
        answers: The Message-ID of its incident's first mail; empty: it is the first.
    """
    written = EmailMessage(policy=SMTP)
    written["Subject"] = heading(message, MAX_SUBJECT)
    written["From"] = Address("inspect-pipelines", addr_spec=sender)
    written["To"] = to
    written["Date"] = format_datetime(at)
    written["Message-ID"] = name
    if answers:
        written["In-Reply-To"] = answers
        written["References"] = answers
    written["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answer comes back
    mentioned = [words for words, _ in people.of(message)]
    text = plain_text(message)
    written.set_content(f"{text}\n{' '.join(mentioned)}\n" if mentioned else text)
    pictures = _pictures(message, gallery)
    shown = [(f"picture{number}@inspect-pipelines", alt) for number, (_, _, alt) in enumerate(pictures)]
    written.add_alternative(html(message, shown, mentioned), subtype="html")
    related = written.get_payload()[1]  # type: ignore[index]
    for (content, subtype, _), (cid, _) in zip(pictures, shown, strict=True):
        related.add_related(content, "image", subtype, cid=f"<{cid}>", disposition="inline")  # type: ignore[union-attr]
    return written


def html(message: Message, pictures: list[tuple[str, str]], mentioned: list[str]) -> str:
    """The HTML part; everything is escaped by the template.

    Args:
        pictures: (content id, alternative text).
    """
    lines, left_out = shown_lines(message.lines, count=MAX_LINES, size=10_000)
    return (
        _templates()
        .get_template("mail.html.j2")
        .render(
            mark=mark(message),
            heading=heading(message, 300),
            colour=colour(message),
            sentence=sentence(message),
            facts=facts(message),
            lines=lines,
            more=more(left_out) if left_out else "",
            links=links(message),
            pictures=pictures,
            unseen=[cut(plain(one.alt), 300) for one in message.pictures[:MAX_PICTURES]]
            if not pictures
            else [],
            mentioned=mentioned,
            direction=direction,
            label_of=label_of,
            is_web=is_web,
        )
    )


def _pictures(message: Message, gallery: Gallery) -> list[tuple[bytes, str, str]]:
    """(bytes, `png` or `jpeg`, alternative text) of those that are still there."""
    found = []
    for picture in message.pictures[:MAX_PICTURES]:
        whole = stored(gallery, picture.sha256)
        alt = cut(plain(picture.alt), 300)
        if whole is not None and len(whole) <= MAX_PICTURE_BYTES:
            found.append((whole, "png", alt))
        elif whole is not None:
            small = small_jpeg(whole, max_px=PICTURE_PX, max_bytes=MAX_PICTURE_BYTES)
            found += [(small, "jpeg", alt)] if small else []
    return found


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
