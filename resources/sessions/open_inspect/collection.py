"""Collection: what an agent has published, as screenshots of views and findings about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from inspect_pipelines.domain.finding import Finding, FindingKind, Severity
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.published import (
    Published,
    Screen,
    is_elsewhere,
    route_of,
    screens,
    shown_view,
)
from inspect_pipelines.domain.screenshot import UNKNOWN, Environment, Screenshot, View
from inspect_pipelines.domain.session import SessionRequest
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.ports.gallery import Pictures
from resources.gallery.png import dimensions
from resources.sessions.open_inspect.orders import base_url
from resources.sessions.open_inspect.picture import as_png
from resources.sessions.open_inspect.told import Artifact, Message

MOST_PICTURES = 100  # of a session, as the control plane itself has it
MOST_URL = 2000


@dataclass
class Collection:
    """What was seen.

    Attributes:
        shots: The last picture of each view.
    """

    request: SessionRequest
    wanted: tuple[Screen, ...] = ()
    shots: dict[View, Screenshot] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wanted = screens(self.request.playbook)

    def add(self, artifact: Artifact, fetch: Callable[[], bytes], gallery: Pictures, now: datetime) -> None:
        """Fetch a picture and keep it.

        Raises:
            Busy: It could not be fetched now.
            Unavailable: It cannot be kept: the disk is full.
        """
        told = published(artifact)
        view = shown_view(self.request.playbook, self.wanted, told)
        hosts = self.request.allowed_hosts
        if told.url and is_elsewhere(told.url, base_url(self.request), self.request.playbook, hosts):
            self.find(
                FindingKind.NOT_SHOWN, f"a picture of another site was shown: {told.url[:200]!r}", view, told
            )
            return
        try:
            png = as_png(fetch())
        except Unreadable as error:
            self.find(
                FindingKind.NOT_SHOWN, f"what was shown as {view.name!r} is no picture: {error}", view, told
            )
            return
        sha256 = gallery.put(png, with_rows=True)
        if (earlier := self.shots.get(view)) is not None:
            self.find(
                FindingKind.SHOWN_AGAIN,
                f"{view.name!r} was shown again later; this one is kept and not compared",
                view,
                told,
                picture=earlier.sha256,
            )
        self.shots[view] = self._screenshot(view, told, png, sha256, _time(artifact.created_ms) or now)

    def _screenshot(
        self, view: View, told: Published, png: bytes, sha256: Sha256, at: datetime
    ) -> Screenshot:
        width, height = dimensions(png)
        screen = next((each for each in self.wanted if each.view == view), None)
        return Screenshot(
            view,
            sha256,
            width,
            height,
            environment=environment(width / told.width if told.width else 1.0),
            taken_at=at,
            url=told.url,
            route=route_of(told.url),
            step_id=screen.step.id if screen else "",
            tolerance=screen.shot.tolerance if screen else None,
            size_bytes=len(png),
        )

    def find(
        self,
        kind: FindingKind,
        message: str,
        view: View | None = None,
        told: Published | None = None,
        *,
        severity: Severity = Severity.ERROR,
        picture: Sha256 | None = None,
    ) -> None:
        step = next((each.step.id for each in self.wanted if each.view == view), "")
        severity = Severity.INFO if kind is FindingKind.SHOWN_AGAIN else severity
        self.findings.append(
            Finding(
                kind,
                severity,
                message,
                playbook=self.request.playbook.id,
                step_id=step,
                viewport=view.viewport if view else "",
                route=route_of(told.url) if told else "",
                screenshot=picture,
            )
        )


def of_message(artifacts: list[Artifact], message: Message) -> Iterator[Artifact]:
    """Screenshots that were published for our message, oldest first: others may write in the same session."""
    shots = [each for each in artifacts if each.kind == "screenshot"]
    since, until = message.created_ms or 0, message.completed_ms
    for each in sorted(shots, key=lambda shot: shot.created_ms or 0):
        at = each.created_ms
        if at is None or (at >= since and (until is None or at <= until)):
            yield each


def published(artifact: Artifact) -> Published:
    """What is said of a picture; what is no text or no size is not said."""
    said = artifact.metadata
    size = said.get("viewport")
    viewport: Mapping[str, Any] = size if isinstance(size, dict) else {}
    return Published(
        artifact.id,
        _text(said.get("caption")),
        _text(said.get("sourceUrl")),
        _size(viewport.get("width")),
        _size(viewport.get("height")),
    )


def environment(scale: float = 1.0) -> Environment:
    """Of an agent's browser, of which nothing is told but how dense its pictures are."""
    return Environment(UNKNOWN, UNKNOWN, UNKNOWN, round(scale, 2))


def _time(ms: int | None) -> datetime | None:
    try:
        return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _text(value: Any) -> str:
    plain = "".join(sign for sign in value if sign.isprintable()) if isinstance(value, str) else ""
    return plain[:MOST_URL]


def _size(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 32_768 else None
