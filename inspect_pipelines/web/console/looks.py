"""Looks: the theme of pages and the zone of their times, as a browser keeps them; they are a matter of a screen, and not of an account."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from inspect_pipelines.config.zones import zone_hint
from inspect_pipelines.domain import cron
from inspect_pipelines.errors import UsageError
from inspect_pipelines.web.access.cookie import is_encrypted

THEME, ZONE = "inspect-theme", "inspect-zone"  # cookies
THEMES = {"": "as the system", "light": "light", "dark": "dark"}
SECONDS = 365 * 86_400
UTC = "UTC"


@dataclass(frozen=True, slots=True)
class Looks:
    """How pages are shown in a browser.

    Attributes:
        theme: light | dark; empty: as its system.
        zone: In which times are told.
    """

    theme: str
    zone: ZoneInfo


def looks_of(request: Request) -> Looks:
    """What the browser says; whatever is not ours is as if it said nothing."""
    theme, name = request.cookies.get(THEME, ""), request.cookies.get(ZONE, UTC)
    try:
        zone = cron.zone(name)
    except UsageError:
        zone = cron.zone(UTC)
    return Looks(theme if theme in THEMES else "", zone)


def keep(response: Response, request: Request, theme: str, zone: str) -> None:
    """Have the browser keep it for a year.

    Raises:
        UsageError: There is no such theme, or no such zone.
    """
    if theme not in THEMES:
        raise UsageError(f"{theme[:40]!r} is no theme; choose of: {', '.join(THEMES.values())}")
    try:
        cron.zone(zone)
    except UsageError as error:
        raise UsageError(f"{error}{zone_hint(zone[:100])}") from error
    for name, text, usual in ((THEME, theme, ""), (ZONE, zone, UTC)):
        response.set_cookie(
            name,
            text,
            max_age=0 if text == usual else SECONDS,
            path="/",
            secure=is_encrypted(request),
            httponly=True,
            samesite="lax",
        )
