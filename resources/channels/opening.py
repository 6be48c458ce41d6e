"""A configured channel to the thing that sends; secrets are resolved here, in the process that uses them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from inspect_pipelines.domain.channel import ChannelConfig, ChannelKind
from inspect_pipelines.errors import ChannelError, UsageError
from inspect_pipelines.ports.channel import Channel
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.gallery import Gallery
from resources.channels.files import FileChannel
from resources.channels.who import People

if TYPE_CHECKING:
    from resources.http.outgoing import Outgoing
    from resources.http.trust import Trust

SERVICES = {
    ChannelKind.SLACK: "Slack",
    ChannelKind.TEAMS: "Teams",
    ChannelKind.PAGERDUTY: "PagerDuty",
    ChannelKind.EMAIL: "the mail server",
    ChannelKind.WEBHOOK: "the webhook",
    ChannelKind.GITHUB: "GitHub",
}


class Opener:
    """What channels need besides their configuration.

    Args:
        resolve: The secret behind a reference.
        folder: Where channels of kind `files` write.
    """

    def __init__(self, gallery: Gallery, clock: Clock, resolve: Callable[[str], str], folder: Path) -> None:
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
        if config.kind is ChannelKind.FILES:
            return FileChannel(self.folder, self.gallery)
        from resources.http.outgoing import Outgoing  # httpx, 60 ms of every command's start

        secret = self._secret(config, config.secret) if config.secret else ""
        url = self._secret(config, config.url) if config.url.startswith("${") else config.url
        hidden = tuple(text for text in (secret, url if url != config.url else "") if text)
        outgoing = Outgoing(
            f"{SERVICES[config.kind]} (channel {config.name!r})",
            self.clock,
            self.trust,
            timeout_seconds=config.timeout_seconds,
            allow_private=config.allow_private,
            secrets=hidden,
        )
        return self._of_kind(config, outgoing, url, secret, address, people)

    def _of_kind(
        self, config: ChannelConfig, outgoing: Outgoing, url: str, secret: str, address: str, people: People
    ) -> Channel:
        # Imported when one is used: slack-sdk alone takes a tenth of a second of every command's start.
        if config.kind is ChannelKind.SLACK:
            from resources.channels.slack import SlackChannel

            return SlackChannel(outgoing, f"{url.rstrip('/')}/", secret, address, people, self.gallery)
        if config.kind is ChannelKind.TEAMS:
            from resources.channels.teams import TeamsChannel

            return TeamsChannel(outgoing, url, people, self.gallery)
        if config.kind is ChannelKind.PAGERDUTY:
            from resources.channels.pagerduty import PagerDutyChannel

            return PagerDutyChannel(outgoing, url, secret, self.clock)
        if config.kind is ChannelKind.WEBHOOK:
            from resources.channels.webhook import WebhookChannel

            return WebhookChannel(outgoing, url, secret, self.clock)
        if config.kind is ChannelKind.GITHUB:
            from resources.channels.github import GithubChannel

            return GithubChannel(outgoing, url, secret, people)
        from resources.channels.email import EmailChannel

        assert config.mail is not None  # configuration gives every e-mail channel a server
        return EmailChannel(
            outgoing,
            config.mail,
            secret,
            address,
            timeout_seconds=config.timeout_seconds,
            allow_private=config.allow_private,
            people=people,
            gallery=self.gallery,
            clock=self.clock,
            trust=self.trust,
        )

    def _secret(self, config: ChannelConfig, reference: str) -> str:
        try:
            return self.resolve(reference).strip()
        except UsageError as error:
            # Not permanent: another process may know it, and the message waits until somebody has set it.
            raise ChannelError(
                f"channel {config.name!r} cannot be used: {error}", is_permanent=False
            ) from error
