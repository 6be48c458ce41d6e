"""A channel: how a message reaches people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from inspect_pipelines.domain.notification import Notification


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a channel answered.

    Attributes:
        text: For people: an id, a path.
        thread: What later messages of the same incident need to go into its thread or to edit it: JSON values.
    """

    text: str
    thread: Mapping[str, str] = field(default_factory=dict)


class Channel(Protocol):
    def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
        """Deliver it once.

        Args:
            thread: The newest receipt's of this incident and target; empty for the first message.

        Raises:
            ChannelError: It did not arrive, as far as the service says; the error knows whether another try may help.
        """
