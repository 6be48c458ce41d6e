"""The channel of last resort: every notification becomes a text file in INSPECT_HOME/outbox."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.channel import Receipt
from inspect_pipelines.ports.gallery import Gallery
from resources.channels.telling import plain
from resources.disk.atomic import write_atomically


class FileChannel:
    """Writes what would be said, so that nothing is lost before a real channel is configured."""

    def __init__(self, folder: Path, gallery: Gallery) -> None:
        self._folder = folder
        self._gallery = gallery

    def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
        """Write the message; a second time replaces the file by the same text. The receipt is its path."""
        path = self._folder / _name(notification)
        first = thread.get("first", path.name)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # A site wrote some of it, and people read it with `cat`.
            lines = "\n".join(self._lines(notification, thread)).split("\n")
            text = "\n".join(line if line.isprintable() else plain(line) for line in lines)
            write_atomically(path, text.encode(errors="replace"), mode=0o644)
        except OSError as error:
            raise Unavailable(
                f"a notification cannot be written to {str(path)!r}: {error.strerror}"
            ) from error
        return Receipt(str(path), {"first": first})

    def _lines(self, notification: Notification, thread: Mapping[str, str]) -> Iterator[str]:
        yield f"To: {notification.target}"
        yield f"Subject: {notification.title}"
        yield f"Date: {notification.created_at:%Y-%m-%d %H:%M:%S} UTC"
        message = notification.message
        kind = f", {message.kind.value}, {message.severity.value}" if message else ""
        yield f"Rule: {notification.event.value}{kind}"
        if notification.mentions:
            yield f"Mentions: {', '.join(notification.mentions)}"
        if first := thread.get("first"):
            yield f"Follows: {first}"
        for picture in message.pictures if message else ():
            yield f"Picture: {self._gallery.url(picture.sha256)}"
        yield from ("", notification.text, "")


def _name(notification: Notification) -> str:
    """Sorts by time and says what it is; `#qa` and `@qa` read alike, so the id's digest tells them apart."""
    kind = notification.message.kind.value if notification.message else notification.event.value
    readable = re.sub(r"[^A-Za-z0-9._-]+", "_", f"{kind}-{notification.target}")[:120]
    digest = hashlib.sha256(notification.id.encode()).hexdigest()[:8]
    return f"{notification.created_at:%Y%m%dT%H%M%S}-{readable}-{digest}.txt"
