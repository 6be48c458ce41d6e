"""A configured channel to the thing that sends; secrets are resolved here, in the process that uses them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from inspect_pipelines.domain.channel import ChannelConfig
from inspect_pipelines.errors import ChannelError, UsageError
from inspect_pipelines.ports.channel import Channel
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.gallery import Gallery
from resources.channels.spec import SendingKinds
from resources.channels.who import People

if TYPE_CHECKING:
    from resources.http.outgoing import Outgoing
    from resources.http.trust import Trust


class Opener:
    """What channels need besides their configuration.

    Args:
        resolve: The secret behind a reference.
        folder: Where channels of kind `files` write.
    """

    def __init__(
        self,
        kinds: SendingKinds,
        gallery: Gallery,
        clock: Clock,
        resolve: Callable[[str], str],
        folder: Path,
    ) -> None:
        self.kinds = kinds
        self.gallery = gallery
        self.clock = clock
        self.resolve = resolve
        self.folder = folder

    @cached_property
    def trust(self) -> Trust:
        from resources.http.trust import Trust

        return Trust(self.clock)

    def open(self, config: ChannelConfig, address: str, people: People) -> Channel:
        """The channel.

        Raises:
            ChannelError: A secret has no value here, or is of no use.
        """
        return self.kinds[config.kind].opened(Opening(self, config, address, people))


@dataclass(frozen=True)
class Opening:
    """What is at hand when one channel is opened.

    Attributes:
        address: The place within the channel that the target names; empty: none.
    """

    opener: Opener
    config: ChannelConfig
    address: str
    people: People

    @cached_property
    def secret(self) -> str:
        return self._resolved(self.config.secret) if self.config.secret else ""

    @cached_property
    def url(self) -> str:
        return self._resolved(self.config.url) if self.config.url.startswith("${") else self.config.url

    @cached_property
    def outgoing(self) -> Outgoing:
        """The way out, which blanks the channel's secrets in whatever it says."""
        from resources.http.outgoing import Outgoing  # httpx, 60 ms of every command's start

        config = self.config
        return Outgoing(
            f"{self.opener.kinds[config.kind].service} (channel {config.name!r})",
            self.opener.clock,
            self.opener.trust,
            timeout_seconds=config.timeout_seconds,
            allow_private=config.allow_private,
            secrets=tuple(text for text in (self.secret, self.url if self.url != config.url else "") if text),
        )

    def _resolved(self, reference: str) -> str:
        try:
            return self.opener.resolve(reference).strip()
        except UsageError as error:
            # Not permanent: another process may know it, and the message waits until somebody has set it.
            raise ChannelError(
                f"channel {self.config.name!r} cannot be used: {error}", is_permanent=False
            ) from error
