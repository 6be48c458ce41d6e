"""Every channel beside its stand-in, in one shape for the contract suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import trustme

from inspect_pipelines.domain.channel import ChannelConfig, Person
from inspect_pipelines.domain.compiled import Channels
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.message import Message
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.channel import Receipt
from inspect_pipelines.ports.clock import Clock
from loopback_site.server import png
from messages import a_notification
from resources.channels.email.server import MailServer
from resources.channels.files.channel import FileChannel
from resources.channels.opening import Opener
from resources.channels.registry import CHANNELS
from resources.channels.routed import RoutedChannel
from resources.clock import SystemClock
from resources.gallery.folder import FolderGallery
from stand_ins import github, mail, pagerduty, slack, teams, webhook
from stand_ins.server import Says, StandIn

PEOPLE = (
    Person("octocat", "U024BE7LH", "octo@acme.example", "octo@acme.example"),
    Person("@qa-team", "S024BE7LH"),
)
LOOPBACK = ("127.0.0.1",)
HTTP_KINDS = ("slack", "teams", "pagerduty", "webhook", "github")


@dataclass
class Rig:
    """One channel, its service, and what a test may ask of both."""

    kind: str
    target: str
    config: ChannelConfig
    secrets: Mapping[str, str]
    folder: Path
    arrived: Callable[[], list[str]]  # each message as the service keeps it
    service: Any
    clock: Clock = field(default_factory=SystemClock)

    def channel(self, **changes: Any) -> RoutedChannel:
        config = replace(self.config, **changes)
        opener = Opener(CHANNELS, self.gallery, self.clock, self._resolve, self.folder / "outbox")
        otherwise = FileChannel(self.folder / "otherwise", self.gallery)
        return RoutedChannel(lambda org_id: Channels((config,), PEOPLE), opener, otherwise)

    def send(
        self,
        message: Message | None = None,
        thread: Mapping[str, str] | None = None,
        number: int = 1,
        **changes: Any,
    ) -> Receipt:
        notification = a_notification(self.target, message, number)
        return self.channel(**changes).send(notification, thread or {})

    @property
    def gallery(self) -> FolderGallery:
        return FolderGallery(self.folder / "gallery")

    def picture(self) -> Sha256:
        return self.gallery.put(png(600, 400))

    def says(self, *answers: Says | None) -> None:
        self.service.next.extend(answers)

    def _resolve(self, reference: str) -> str:
        if reference not in self.secrets:
            raise UsageError(f"secret {reference!r} has no value: set the environment variable")
        return self.secrets[reference]


@contextmanager
def a_rig(kind: str, folder: Path, authority: trustme.CA) -> Iterator[Rig]:
    if kind == "email":
        with a_mail_rig(folder, authority) as rig:
            yield rig
        return
    if kind == "files":
        outbox = folder / "outbox"
        yield Rig(
            kind,
            "files",
            ChannelConfig("files", "files"),
            {},
            folder,
            lambda: [path.read_text() for path in sorted(outbox.glob("*"))],
            None,
        )
        return
    service, rig = HTTP_RIGS[kind](folder)
    try:
        yield rig
    finally:
        service.close()


@contextmanager
def a_mail_rig(folder: Path, authority: trustme.CA, security: Any = "starttls") -> Iterator[Rig]:
    server = mail.MailServer(authority, security)
    config = ChannelConfig(
        "email",
        "email",
        secret="${env:S}",
        timeout_seconds=30.0,
        allow_private=LOOPBACK,
        options=MailServer("127.0.0.1", server.port, security, "qa@acme.example", "qa").options(),
    )
    try:
        yield Rig(
            "email",
            "email:ada@acme.example",
            config,
            {"${env:S}": mail.PASSWORD},
            folder,
            lambda: [bodies(one) for one in server.mailbox.mails],
            server.mailbox,
        )
    finally:
        server.close()


def bodies(one: Any) -> str:
    """Subject and the text and HTML parts of a mail, decoded."""
    parts = [part.get_content() for part in one.walk() if part.get_content_maintype() == "text"]
    return "\n".join([str(one["Subject"]), *parts])


def _config(kind: str, url: str, **more: Any) -> ChannelConfig:
    return ChannelConfig(kind, kind, url, timeout_seconds=30.0, allow_private=LOOPBACK, **more)


def _slack(folder: Path) -> tuple[StandIn, Rig]:
    service = slack.Slack()
    config = _config("slack", f"{service.url}/api/", secret="${env:S}")
    return service, Rig(
        "slack",
        "slack:#qa",
        config,
        {"${env:S}": slack.TOKEN},
        folder,
        lambda: [f"{one['text']}\n{one['blocks']}" for one in service.messages.values()],
        service,
    )


def _teams(folder: Path) -> tuple[StandIn, Rig]:
    service = teams.Teams()
    config = _config("teams", "${env:U}")
    return service, Rig(
        "teams",
        "teams:teams",
        config,
        {"${env:U}": f"{service.url}{teams.SECRET_PATH}"},
        folder,
        lambda: [request.body.decode() for request in service.requests],
        service,
    )


def _pagerduty(folder: Path) -> tuple[StandIn, Rig]:
    service = pagerduty.PagerDuty()
    config = _config("pagerduty", service.url, secret="${env:S}")
    return service, Rig(
        "pagerduty",
        "pagerduty",
        config,
        {"${env:S}": pagerduty.ROUTING_KEY},
        folder,
        lambda: [str(event) for event in service.events],
        service,
    )


def _webhook(folder: Path) -> tuple[StandIn, Rig]:
    service = webhook.Receiver()
    config = _config("webhook", f"{service.url}/hooks/qa", secret="${env:S}")
    return service, Rig(
        "webhook",
        "webhook:webhook",
        config,
        {"${env:S}": webhook.SECRET},
        folder,
        lambda: [str(said) for said in service.handled.values()],
        service,
    )


def _github(folder: Path) -> tuple[StandIn, Rig]:
    service = github.Github()
    config = _config("github", service.url, secret="${env:S}")
    return service, Rig(
        "github",
        "github",
        config,
        {"${env:S}": github.TOKEN},
        folder,
        lambda: [one["body"] for one in service.comments],
        service,
    )


HTTP_RIGS: dict[str, Callable[[Path], tuple[StandIn, Rig]]] = {
    "slack": _slack,
    "teams": _teams,
    "pagerduty": _pagerduty,
    "webhook": _webhook,
    "github": _github,
}
