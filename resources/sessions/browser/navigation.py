"""Where a playbook may go, and what it means when no page comes up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from time import monotonic
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Error, Page
from playwright.sync_api import TimeoutError as TimedOut

from resources.sessions.browser.faults import NavigationFailed

LOAD_CAP_SECONDS = 5.0  # a page whose last image never comes is looked at all the same
NET_ERROR = re.compile(r"net::(ERR_\w+)")
REASONS = {
    "ERR_CONNECTION_REFUSED": "nothing answers there (connection refused); is the site up?",
    "ERR_NAME_NOT_RESOLVED": "the name {host!r} is unknown (DNS)",
    "ERR_CONNECTION_TIMED_OUT": "no connection came about in time",
    "ERR_CONNECTION_RESET": "the server closed the connection",
    "ERR_CONNECTION_CLOSED": "the server closed the connection",
    "ERR_EMPTY_RESPONSE": "the server closed the connection without an answer",
    "ERR_ADDRESS_UNREACHABLE": "the address cannot be reached from here",
    "ERR_INTERNET_DISCONNECTED": "this machine has no network",
    "ERR_TOO_MANY_REDIRECTS": "it redirects in a circle",
    "ERR_ABORTED": "it is no page (an empty answer or a download)",
    "ERR_BLOCKED_BY_CLIENT": "the playbook's own page.block covers it",
    "ERR_INVALID_RESPONSE": "the answer is not HTTP",
    "ERR_INVALID_HTTP_RESPONSE": "the answer is not HTTP",
    "ERR_UNSAFE_PORT": "browsers refuse this port",
    "ERR_CERT_AUTHORITY_INVALID": "its TLS certificate is signed by nobody this machine trusts",
    "ERR_CERT_DATE_INVALID": "its TLS certificate has expired or is not valid yet",
    "ERR_CERT_COMMON_NAME_INVALID": "its TLS certificate is for another name than {host!r}",
    "ERR_SSL_PROTOCOL_ERROR": "it does not speak TLS there",
}


def address(url: str, base_url: str) -> str:
    """The absolute address of a goto.

    Raises:
        NavigationFailed: It is none that a playbook may open.
    """
    joined = urljoin(base_url, url.strip())
    parts = urlsplit(joined)
    if parts.scheme not in ("http", "https"):
        if not parts.scheme:
            raise NavigationFailed(
                f"goto {url!r} is relative and the playbook has no base_url; add base_url or write the whole address"
            )
        raise NavigationFailed(
            f"goto {url!r} was refused: {parts.scheme}: addresses are not opened, only http and https"
        )
    if not parts.hostname:
        raise NavigationFailed(f"goto {url!r} names no host")
    return joined


class Borders:
    """The hosts that a playbook may visit: its base_url's, and the allowed ones; all when nothing is said."""

    def __init__(self, allowed_hosts: Sequence[str], base_url: str) -> None:
        self._allowed = tuple(host.lower() for host in allowed_hosts)
        self._home = urlsplit(base_url).hostname

    def allow(self, url: str) -> bool:
        parts = urlsplit(url)
        if not self._allowed or parts.scheme not in ("http", "https") or parts.hostname == self._home:
            return True
        names = ((parts.hostname or "").lower(), parts.netloc.rpartition("@")[2].lower())
        return any(fnmatchcase(name, pattern) for pattern in self._allowed for name in names)

    def refusal(self, url: str, *, came: str) -> NavigationFailed:
        allowed = ", ".join(dict.fromkeys([self._home or "", *self._allowed])).strip(", ")
        return NavigationFailed(
            f"{came} {urlsplit(url).hostname!r}, which is not allowed; allowed hosts: {allowed}"
        )


def goto(page: Page, url: str, *, timeout_seconds: float) -> None:
    """Open an address and wait until its document is there.

    Raises:
        NavigationFailed: No page came up, with the reason.
    """
    give_up_at = monotonic() + timeout_seconds
    try:
        page.goto(url, wait_until="commit", timeout=timeout_seconds * 1000)
    except TimedOut as error:
        raise NavigationFailed(
            f"{url} did not answer within {timeout_seconds:g} s: the connection stands, but nothing came"
        ) from error
    except Error as error:
        raise NavigationFailed(f"{url} could not be opened: {_reason(error.message, url)}") from error
    try:
        page.wait_for_load_state("domcontentloaded", timeout=_ms_until(give_up_at))
    except TimedOut as error:
        raise NavigationFailed(
            f"{url} began to answer but did not end within {timeout_seconds:g} s"
        ) from error
    wait_for_load(page, give_up_at)


def wait_for_load(page: Page, give_up_at: float) -> None:
    """Give images and frames a moment; what is late is told when a picture is taken."""
    try:
        page.wait_for_load_state("load", timeout=min(_ms_until(give_up_at), LOAD_CAP_SECONDS * 1000))
    except TimedOut:
        return


def _reason(text: str, url: str) -> str:
    match = NET_ERROR.search(text)
    if "Download is starting" in text:
        return "it is a download, not a page"
    if match is None:
        return text.strip().splitlines()[0].removeprefix("Page.goto: ")
    code = match.group(1)
    sentence = REASONS.get(code)
    if sentence is None and code.startswith("ERR_CERT"):
        sentence = "its TLS certificate is not valid"
    return f"{sentence.format(host=urlsplit(url).hostname)} ({code})" if sentence else code


def _ms_until(moment: float) -> float:
    return max(1.0, (moment - monotonic()) * 1000)  # 0 would mean for ever


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as browsers compare them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
