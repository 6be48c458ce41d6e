"""Explore a site: which pages it has, one of each template, politely."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from inspect_pipelines.domain.crawl import PAGES_PER_SECOND, Banner, Frontier, plain
from inspect_pipelines.domain.host import place_of
from inspect_pipelines.domain.site_path import template_of
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.site import Site

AGENT = "inspect-pipelines"  # as robots.txt may name us
MOST_DELAY_SECONDS = 10.0  # of a robots.txt; beyond it fifty pages take too long to wait for


@dataclass(frozen=True, slots=True)
class Explored:
    """What was found.

    Attributes:
        pages: Addresses of pages that answered, in the order in which they were found.
        banners: What looks like a cookie banner, each once.
        left_out: (address, why) of what was found and is not watched.
        waiting: How many more were found than are opened.
    """

    pages: Sequence[str]
    banners: Sequence[Banner]
    left_out: Sequence[tuple[str, str]]
    waiting: int


def explore(
    site: Site,
    clock: Clock,
    start: str,
    *,
    most: int,
    told: Callable[[str, str], None] = lambda url, what: None,
) -> Explored:
    """Open pages from `start` on, at most two a second, as its robots.txt allows.

    Args:
        most: How many are opened.
        told: Hears of each page: its address, and what is wrong with it, if anything is.

    Raises:
        UsageError: The first page does not answer, or robots.txt does not allow it.
    """
    robots = _robots(site, start)
    pace = max(1 / PAGES_PER_SECOND, min(MOST_DELAY_SECONDS, float(robots.crawl_delay(AGENT) or 0)))
    if not robots.can_fetch(start, AGENT):
        raise UsageError(
            f"{start!r} is not opened: its robots.txt does not allow it; name us there ({AGENT}), or write a playbook with: inspect-pipelines init"
        )
    frontier = Frontier(start, most=most)
    pages: dict[str, str] = {}  # template, address
    banners: list[Banner] = []
    left_out: list[tuple[str, str]] = []
    began_at = clock.monotonic() - pace
    while (url := frontier.next()) is not None:
        if not robots.can_fetch(url, AGENT):
            left_out.append((url, "robots.txt does not allow it"))
            continue
        clock.sleep(max(0.0, began_at + pace - clock.monotonic()))
        began_at = clock.monotonic()
        found = site.visit(url)
        if isinstance(found, str):
            why: str = found
        elif found.status >= 400:
            why = f"answers {found.status}"
        elif place_of(found.url) != place_of(start):
            why = "leads to another host"
        else:
            why = ""
        told(url, why)
        if why or isinstance(found, str):
            if not pages:
                raise UsageError(f"{start!r} cannot be explored: {why}")
            left_out.append((url, why))
            continue
        reached = plain(found.url)
        template = template_of(reached) + _fragment(reached)
        if template in pages:
            left_out.append((url, f"leads to {pages[template]}"))
        pages.setdefault(template, reached)
        if found.banner:
            banners.append(found.banner)
        frontier.add(found.links)
    left_out += list(frontier.left_out.items())
    return Explored(tuple(pages.values()), tuple(dict.fromkeys(banners)), tuple(left_out), frontier.waiting)


def _robots(site: Site, start: str) -> Protego:
    """What robots.txt says; one that is missing allows all, one that cannot be had nothing (RFC 9309)."""
    parts = urlsplit(start)
    status, text = site.text(f"{parts.scheme}://{parts.netloc}/robots.txt")
    if status >= 500:
        raise UsageError(
            f"{start!r} is not explored: its robots.txt answers {status}, and nobody knows what it allows; try again later"
        )
    return Protego.parse(text)


def _fragment(url: str) -> str:
    fragment = urlsplit(url).fragment
    return f"#{fragment}" if fragment else ""
