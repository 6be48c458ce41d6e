"""Settings of a playbook's pages: what is closed, answered, sent along and shown otherwise than the site does by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.target import Target


@dataclass(frozen=True, slots=True)
class Dismiss:
    """A banner that may come at any time."""

    when: Target  # is visible
    click: Target


@dataclass(frozen=True, slots=True)
class Stub:
    """An answer of ours to what pages ask for."""

    url: str  # glob, as ExpectUrl's
    status: int = 200
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"
    method: str | None = None  # None: any


@dataclass(frozen=True, slots=True)
class Cookie:
    name: str
    value: str
    path: str = "/"


@dataclass(frozen=True, slots=True)
class Credentials:
    """For a site that asks for name and password by itself (HTTP basic authentication)."""

    username: str
    password: str


@dataclass(frozen=True, slots=True)
class Wire:
    """What goes with requests to the playbook's own hosts, and to no other.

    Attributes:
        headers: To every allowed host, each time anew where a redirect leads.
        cookies: Of the base_url's host.
        basic_auth: For the base_url's origin.
        ignores_https_errors: Whether certificates are not checked.
    """

    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[Cookie, ...] = ()
    basic_auth: Credentials | None = None
    ignores_https_errors: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where and when a page believes to be."""

    locale: str = "en-US"
    timezone: str = "UTC"
    color_scheme: str = "light"
    latitude: float | None = None  # degrees; both or none
    longitude: float | None = None
    permissions: tuple[str, ...] = ()
    now: datetime | None = None  # at which its clock stands still; None: it runs


PLAIN = Wire()
USUAL = Surroundings()
