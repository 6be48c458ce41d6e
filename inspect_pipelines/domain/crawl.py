"""Which links of a site are followed when somebody asks what is on it: few, and none that does anything."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlsplit

from inspect_pipelines.domain.host import place_of
from inspect_pipelines.domain.site_path import ANY, MOST_SIBLINGS, template_of

MOST_PAGES = 50
MOST_WAITING = 2_000  # links that are remembered
PAGES_PER_SECOND = 2.0
MOST_CHARACTERS = 1_000  # of an address; longer ones are made by scripts for scripts
# What a link may do when it is only opened: it ends the session, or something is gone.
DOES = re.compile(
    r"log[-_ ]?(?:out|off)|sign[-_ ]?(?:out|off)|abmelden|deconnexion|déconnexion|cerrar[-_ ]sesi|delete|remove|destroy|drop|"
    r"unsubscribe|deactivate|disable|cancel|purge|reset|revoke|trash|uninstall|erase|clear|shutdown|restart|reboot|stop|kill|"
    r"add[-_ ]to|checkout[-_ ]now|buy[-_ ]now|vote|like|follow|toggle|switch[-_ ]",
    re.IGNORECASE,
)
FILE = re.compile(
    r"\.(?:pdf|zip|gz|tgz|bz2|xz|7z|rar|exe|msi|dmg|pkg|deb|rpm|whl|jar|apk|iso|png|jpe?g|gif|webp|svg|ico|mp[34]|webm|ogg|wav|"
    r"avi|mov|csv|tsv|xlsx?|docx?|pptx?|odt|ods|json|xml|rss|atom|txt|md|css|js|map|woff2?|ttf|ics|vcf)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Link:
    """As a page has it."""

    url: str  # absolute
    text: str = ""
    is_download: bool = False


@dataclass(frozen=True, slots=True)
class Banner:
    """What looks like a cookie banner.

    Attributes:
        selector: By which it is found.
        button: What to press so that it goes; empty: nobody knows.
        role: Of the button: `button` or `link`.
    """

    selector: str
    button: str = ""
    role: str = ""


@dataclass(slots=True)
class Frontier:
    """What has been found and not been opened yet; one address of each template is ever handed out.

    Args:
        start: The page to begin with; its host and port are the only ones.
        most: How many pages are handed out.
    """

    start: str
    most: int = MOST_PAGES
    left_out: dict[str, str] = field(default_factory=dict)  # address, why; of what only this rule left out
    _waiting: list[str] = field(default_factory=list)
    _templates: set[str] = field(default_factory=set)
    _siblings: dict[str, int] = field(default_factory=dict)
    _handed: int = 0

    def __post_init__(self) -> None:
        self.add((Link(self.start),))

    def add(self, links: Iterable[Link]) -> None:
        """Remember what may be opened and is new."""
        for link in links:
            try:
                url = plain(link.url)
            except ValueError:  # `http://[x`: browsers do not open it either
                continue
            why = self._refusal(link, url)
            if why is None and self._is_new(url) and len(self._waiting) < MOST_WAITING:
                self._waiting.append(url)
            elif why and len(self.left_out) < MOST_WAITING:
                self.left_out.setdefault(url, why)

    def next(self) -> str | None:
        """The next address to open; None: there is none, or there were enough."""
        if self._handed >= self.most or not self._waiting:
            return None
        self._handed += 1
        return self._waiting.pop(0)

    @property
    def waiting(self) -> int:
        """How many have been found and will not be opened, once `next` says None."""
        return len(self._waiting)

    def _refusal(self, link: Link, url: str) -> str | None:
        """Why it is never opened, where people want to know it; empty: nobody wants to."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or len(url) > MOST_CHARACTERS:
            return ""
        if place_of(url) != place_of(self.start):
            return ""
        if link.is_download or FILE.search(parts.path):
            return ""
        if DOES.search(f"{parts.path}?{parts.query}") or DOES.search(link.text):
            return "may do something when it is opened"
        return None

    def _is_new(self, url: str) -> bool:
        template = template_of(url) + hash_route(url)
        folder = template.rpartition("/")[0] if "?" not in template and "#" not in template else ""
        path, is_asked, _ = template.partition("?")
        if is_asked and f"{path}?" in self._templates:  # sorted otherwise, or filtered: the same page
            return False
        if is_asked:
            self._templates.add(f"{path}?")
        if template in self._templates or (folder and self._siblings.get(folder, 0) >= MOST_SIBLINGS):
            return False
        self._templates.add(template)
        if folder and not template.endswith(f"/{ANY}"):
            self._siblings[folder] = self._siblings.get(folder, 0) + 1
        return True


def hash_route(url: str) -> str:
    """The part behind `#` where it names a page (`#/settings`), as some applications have it; else nothing."""
    fragment = urlsplit(url).fragment
    return f"#{fragment}" if fragment.startswith(("/", "!")) else ""


def plain(url: str) -> str:
    """The address without a fragment that only names a place on its page."""
    return urldefrag(url)[0] + hash_route(url)
