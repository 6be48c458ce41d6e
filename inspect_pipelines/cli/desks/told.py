"""What was told, by sources and to people, as commands ask for it: here by use cases and queries, there by the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from inspect_pipelines.cli.output import user_name
from inspect_pipelines.domain.channel import ChannelConfig
from inspect_pipelines.domain.event import Event, EventStatus
from inspect_pipelines.domain.ids import SourceId
from inspect_pipelines.domain.notification import DeliveryStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.channels import ChannelSummary, find_channel, list_channels, none_yet
from inspect_pipelines.queries.events import (
    EventDossier,
    Replayed,
    find_event,
    list_events,
    sent_payload,
    show_event,
    show_replay,
)
from inspect_pipelines.queries.notifications import (
    NotificationDossier,
    NotificationSummary,
    find_notification,
    list_notifications,
    show_notification,
)
from inspect_pipelines.queries.page import Page
from inspect_pipelines.usecases.alerts.resend import resend
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.events.replay import replay
from inspect_pipelines.usecases.runs.project import project
from resources.channels.registry import CHANNELS
from resources.clock import SystemClock

if TYPE_CHECKING:
    from inspect_pipelines.client.client import Client

NONE_THERE = "this organisation has no channels; they are written in organization.yaml"


class ToldDesk(Protocol):
    def now(self) -> datetime:
        """The time, UTC."""

    def events(
        self,
        *,
        status: Sequence[EventStatus] | None,
        type: str | None,  # noqa: A002 - an event's field is called so
        source_id: SourceId | None,
        since: datetime | None,
        cursor: str | None,
        limit: int,
    ) -> Page[Event]:
        """A page, newest first."""

    def event(self, text: str) -> EventDossier:
        """All of the one that is meant."""

    def payload(self, text: str) -> bytes:
        """What the source sent."""

    def replay(self, text: str) -> Replayed:
        """Decide about it once more."""

    def notifications(
        self, *, status: str | None, cursor: str | None, limit: int
    ) -> Page[NotificationSummary]:
        """A page, newest first."""

    def notification(self, text: str) -> NotificationDossier:
        """All of the one that is meant."""

    def resend(self, text: str) -> NotificationDossier:
        """Send it once more."""

    def channels(self) -> Sequence[ChannelSummary]:
        """How people are reached."""

    def no_channels(self) -> str:
        """What to say where there are none."""

    def try_channel(self, name: str, *, to: str | None) -> str:
        """Send a test message; the receipt."""


class ToldHere(ToldDesk):
    """Of a house."""

    def __init__(self, house: House) -> None:
        self._house = house

    def now(self) -> datetime:
        return self._house.clock.now()

    def events(
        self,
        *,
        status: Sequence[EventStatus] | None,
        type: str | None,  # noqa: A002
        source_id: SourceId | None,
        since: datetime | None,
        cursor: str | None,
        limit: int,
    ) -> Page[Event]:
        return list_events(
            self._house,
            status=status,
            type=type,
            source_id=source_id,
            since=since,
            cursor=cursor,
            limit=limit,
        )

    def event(self, text: str) -> EventDossier:
        return show_event(self._house, find_event(self._house, text))

    def payload(self, text: str) -> bytes:
        return sent_payload(self._house, find_event(self._house, text))

    def replay(self, text: str) -> Replayed:
        return show_replay(self._house, replay(self._house, find_event(self._house, text).id))

    def notifications(
        self, *, status: str | None, cursor: str | None, limit: int
    ) -> Page[NotificationSummary]:
        return list_notifications(self._house, status=status, cursor=cursor, limit=limit)

    def notification(self, text: str) -> NotificationDossier:
        return show_notification(self._house, find_notification(self._house, text))

    def resend(self, text: str) -> NotificationDossier:
        again = resend(self._house, find_notification(self._house, text).id)
        send_waiting(self._house)
        project(self._house)
        return show_notification(self._house, again)

    def channels(self) -> Sequence[ChannelSummary]:
        return list_channels(self._house, _where)

    def no_channels(self) -> str:
        return none_yet(self._house)

    def try_channel(self, name: str, *, to: str | None) -> str:
        from inspect_pipelines.usecases.alerts.try_channel import try_channel

        house = self._house
        config = find_channel(house, name)
        published = house.publication.channels(house.org_id).channels
        definitions = house.publication.read(house.org_id).definitions
        return try_channel(house, published, config, definitions, to=to, by=user_name()).text


class ToldThere(ToldDesk):
    """Of a server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def now(self) -> datetime:
        return SystemClock().now()

    def events(
        self,
        *,
        status: Sequence[EventStatus] | None,
        type: str | None,  # noqa: A002
        source_id: SourceId | None,
        since: datetime | None,
        cursor: str | None,
        limit: int,
    ) -> Page[Event]:
        from inspect_pipelines.cli.desks.paging import gathered

        found = self._client.events.list(status=status, kind=type, source_id=source_id, since=since)
        return gathered(found, cursor, limit)

    def event(self, text: str) -> EventDossier:
        return self._client.events.show(self._client.find.event(text).id)

    def payload(self, text: str) -> bytes:
        return self._client.events.payload(self._client.find.event(text).id)

    def replay(self, text: str) -> Replayed:
        return self._client.events.look_again(self._client.find.event(text).id)

    def notifications(
        self, *, status: str | None, cursor: str | None, limit: int
    ) -> Page[NotificationSummary]:
        from inspect_pipelines.cli.desks.paging import gathered

        wanted = DeliveryStatus(status) if status else None
        return gathered(self._client.notifications.list(status=wanted), cursor, limit)

    def notification(self, text: str) -> NotificationDossier:
        return self._client.notifications.show(self._client.find.notification(text).id)

    def resend(self, text: str) -> NotificationDossier:
        return self._client.notifications.send_again(self._client.find.notification(text).id)

    def channels(self) -> Sequence[ChannelSummary]:
        return self._client.organization.channels()

    def no_channels(self) -> str:
        return NONE_THERE

    def try_channel(self, name: str, *, to: str | None) -> str:
        return self._client.channels.test(name, to=to).receipt


def _where(config: ChannelConfig) -> str:
    return CHANNELS[config.kind].where(config)
