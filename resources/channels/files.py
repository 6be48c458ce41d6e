"""The channel of last resort: every notification becomes a text file in INSPECT_HOME/outbox."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.channel import Receipt


class FileChannel:
    """Writes what would be said, so that nothing is lost before a real channel is configured."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
        """Write the message; a second time replaces the file by the same text. The receipt is its path."""
        readable = re.sub(r"[^A-Za-z0-9._-]+", "_", notification.id)[:150]
        digest = hashlib.sha256(notification.id.encode()).hexdigest()[:8]  # `#qa` and `@qa` read alike
        path = self._folder / f"{readable}-{digest}.txt"
        head = [
            f"To: {notification.target}",
            f"Subject: {notification.title}",
            f"Rule: {notification.event.value}",
        ]
        if notification.mentions:
            head.append(f"Mentions: {', '.join(notification.mentions)}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join([*head, "", notification.text, ""]), encoding="utf-8")
        except OSError as error:
            raise Unavailable(
                f"a notification cannot be written to {str(path)!r}: {error.strerror}"
            ) from error
        return Receipt(str(path))
