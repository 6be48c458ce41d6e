"""Where and when a page believes to be, as a playbook says it for all viewports or at one of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field, field_validator

from inspect_pipelines.config.document import Document, Texts
from inspect_pipelines.config.zones import zone_hint
from inspect_pipelines.domain.cron import zone
from inspect_pipelines.domain.page_setting import Surroundings
from inspect_pipelines.domain.spelling import nearest
from inspect_pipelines.errors import UsageError

LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
PERMISSIONS = ("geolocation", "notifications", "camera", "microphone", "clipboard-read", "clipboard-write")


class GeolocationDocument(Document):
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class SurroundingsDocument(Document):
    """What a playbook and its viewports have in common; None: not said here."""

    locale: str | None = None
    timezone: str | None = None
    color_scheme: Literal["light", "dark", "no-preference"] | None = None
    geolocation: GeolocationDocument | None = None
    permissions: Texts | None = None
    freeze_time: str | None = None
    browser: Literal["chromium"] | None = None

    @field_validator("locale")
    @classmethod
    def _locale(cls, text: str | None) -> str | None:
        if text is not None and not LOCALE.fullmatch(text):
            raise ValueError(f"{text!r} is not a locale; write 'nb-NO', 'en-GB' or 'de'")
        return text

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, text: str | None) -> str | None:
        if text is not None:
            try:
                zone(text)
            except UsageError as error:
                raise ValueError(f"{error}{zone_hint(text)}") from error
        return text

    @field_validator("permissions")
    @classmethod
    def _permissions(cls, written: list[str] | None) -> list[str] | None:
        for name in written or ():
            if name not in PERMISSIONS:
                hint = nearest(name, [*PERMISSIONS]) or f"; known are {', '.join(PERMISSIONS)}"
                raise ValueError(f"{name!r} is no permission{hint}")
        return written

    @field_validator("freeze_time")
    @classmethod
    def _moment(cls, text: str | None) -> str | None:
        if text is not None:
            moment(text)
        return text

    def over(self, base: Surroundings) -> Surroundings:
        """The surroundings of `base`, but for what stands here."""
        place = self.geolocation
        permissions = base.permissions if self.permissions is None else tuple(self.permissions)
        if place is not None and "geolocation" not in permissions:
            permissions = (*permissions, "geolocation")
        return Surroundings(
            self.locale or base.locale,
            self.timezone or base.timezone,
            self.color_scheme or base.color_scheme,
            place.latitude if place else base.latitude,
            place.longitude if place else base.longitude,
            permissions,
            moment(self.freeze_time) if self.freeze_time else base.now,
        )


def moment(text: str) -> datetime:
    """A time as it is written, in UTC where it names no offset.

    Raises:
        ValueError: It is none.
    """
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time; write '2026-12-24T09:00:00Z'") from None
    return (written if written.tzinfo else written.replace(tzinfo=UTC)).astimezone(UTC)
