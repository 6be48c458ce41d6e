"""What stands in the folder of each kind of channel: all that rules, configuration and sending ask of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspect_pipelines.config.channel_document import WrittenSpec
from inspect_pipelines.ports.channel import Channel

if TYPE_CHECKING:
    from resources.channels.opening import Opening


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingSpec(WrittenSpec):
    """A kind of channel, whole.

    Attributes:
        service: How errors call it: `Slack`, `the mail server`.
        opened: The channel; imports what it sends with when it is called, since slack-sdk alone takes a tenth of a second
            of every command's start.
    """

    service: str
    opened: Callable[[Opening], Channel]


SendingKinds = Mapping[str, SendingSpec]
