"""The channel that finds the channel: whatever organization.yaml says at the moment of sending."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from inspect_pipelines.domain.channel import addressed
from inspect_pipelines.domain.compiled import Channels
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.errors import ChannelError, Unreadable
from inspect_pipelines.ports.channel import Channel, Receipt
from resources.channels.opening import Opener
from resources.channels.who import People


class RoutedChannel:
    """Sends a notification through the channel that its target means.

    Args:
        published: What was applied last for an organisation; asked anew each time, since `apply` may publish while `up` runs.
        otherwise: Sends what has no channel.
    """

    def __init__(self, published: Callable[[OrgId], Channels], opener: Opener, otherwise: Channel) -> None:
        self._published = published
        self._opener = opener
        self._otherwise = otherwise

    def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
        """Send it.

        Raises:
            ChannelError: It did not arrive, or nobody can tell now which channel is meant.
        """
        channels = self._channels(notification.org_id)
        found = addressed(self._opener.kinds, channels.channels, notification.target)
        if found is None:
            return self._otherwise.send(notification, thread)
        config, address = found
        return self._opener.open(config, address, People(channels.people)).send(notification, thread)

    def _channels(self, org_id: OrgId) -> Channels:
        try:
            return self._published(org_id)
        except Unreadable as error:
            # Not permanent: no service has refused the message, and it waits until somebody has run `apply`.
            raise ChannelError(str(error), is_permanent=False) from error
