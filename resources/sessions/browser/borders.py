"""Borders: where the pages of a playbook may go, and what they may reach from there."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from urllib.parse import urlsplit

from inspect_pipelines.domain.host import WEB_PORTS, canonical_host, host_matches, place_of
from resources.sessions.browser.faults import NavigationFailed

LEADS_NOWHERE = ("about", "blob", "data")  # schemes of documents that no host is asked for


class Borders:
    """What a playbook names: its base_url's host on that port, and the allowed hosts.

    A page may be opened at what is named; where nothing is, at any host with a public address. Pictures, scripts and
    connections of a page may come from any public address; from a loopback, private, link-local or metadata address
    only where the host is named.

    Args:
        base_urls: Of the playbook; two where it is played in turns at two addresses.
    """

    def __init__(self, allowed_hosts: Sequence[str], *base_urls: str) -> None:
        self._allowed = tuple(host.lower() for host in allowed_hosts)
        self.base_url = base_urls[0] if base_urls else ""
        self._homes = [place for url in base_urls for place in _home(url)]
        self._opened: set[tuple[str, int]] = set()

    def seen_from(self, base_url: str) -> Borders:
        """The same borders for the pages of one of their addresses."""
        seen = copy(self)
        seen.base_url = base_url
        return seen

    def allow(self, url: str) -> bool:
        """Whether a page may be opened there."""
        parts = urlsplit(url)
        if parts.scheme not in WEB_PORTS:
            return parts.scheme in LEADS_NOWHERE
        if not self._allowed:
            return True  # the gate still keeps it from our own networks
        return self.names(*place_of(url))

    def opens(self, url: str) -> None:
        """The playbook's own step goes there: an allowed address that stands in it is named by that."""
        self._opened.add(place_of(url))

    def names(self, host: str, port: int) -> bool:
        """Whether the playbook or its organisation names this host on this port."""
        host = canonical_host(host)
        if (host, port) in self._homes or (host, port) in self._opened:
            return True
        return host_matches(host, port, self._allowed)

    def refusal(self, url: str, *, came: str) -> NavigationFailed:
        """Why a page is not opened, with what is allowed instead."""
        parts = urlsplit(url)
        if parts.scheme not in WEB_PORTS:
            return NavigationFailed(f"{came} a {parts.scheme}: address, and only http and https are opened")
        home = [f"{f'[{host}]' if ':' in host else host}:{port}" for host, port in self._homes]
        allowed = ", ".join(dict.fromkeys([*home, *self._allowed]))
        where = parts.netloc.rpartition("@")[2]
        return NavigationFailed(f"{came} {where!r}, which is not allowed; allowed hosts: {allowed}")


def _home(base_url: str) -> list[tuple[str, int]]:
    """Where a base_url leads; none names nothing."""
    home = urlsplit(base_url)
    host = canonical_host(home.hostname or "")
    # http leads to https on the same host as often as not, so the two ports that need no writing go together.
    ports = (home.port,) if home.port else tuple(WEB_PORTS.values())
    return [(host, port) for port in ports if host]
