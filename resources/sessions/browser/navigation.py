"""Where a playbook may go, and what it means when no page comes up."""

from __future__ import annotations

import re
from time import monotonic
from urllib.parse import unquote, urljoin, urlsplit

from playwright.sync_api import ElementHandle, Error, Page
from playwright.sync_api import TimeoutError as TimedOut

from inspect_pipelines.domain.host import place_of
from resources.sessions.browser.faults import NavigationFailed
from resources.sessions.browser.gate import Gate

OWNED = ("about:", "data:", "blob:")  # documents without an address of their own
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
    "ERR_INVALID_AUTH_CREDENTIALS": "it asks for a name and a password: say them in page.basic_auth, or mend what stands there",
    "ERR_HTTP_RESPONSE_CODE_FAILURE": "it answered with an error and an empty page",
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
    joined = joined_to(base_url, url.strip())
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


def joined_to(base_url: str, url: str) -> str:
    """An address below a base_url: its path is kept, so that `/` of `http://host/pr4/` is `http://host/pr4/`.

    A last segment with a dot is a file (`/app/index.html`), and its folder the base. To leave the base on purpose, write
    `..` or the whole address.
    """
    parts = urlsplit(base_url)
    folder, _, last = parts.path.rpartition("/")
    base = parts._replace(path=f"{folder if '.' in last else parts.path.rstrip('/')}/", query="", fragment="")
    if not parts.scheme or urlsplit(url).scheme or url.startswith("//"):
        return urljoin(base_url, url)
    return (
        urljoin(base.geturl(), url.lstrip("/") or ".")
        if not url.startswith(("?", "#"))
        else base.geturl() + url
    )


def goto(page: Page, url: str, gate: Gate, *, timeout_seconds: float) -> None:
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
        raise NavigationFailed(f"{url} could not be opened: {_reason(error.message, url, gate)}") from error
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


def failed_connection(text: str, url: str, gate: Gate) -> tuple[str, str]:
    """Chromium's own code for a failed connection, seen through the gate, and the host it was meant for.

    Args:
        text: What Chromium says, for example `net::ERR_SOCKS_CONNECTION_FAILED`.
        url: Of the request; a redirect may have led on from there.
        gate: Who knows better.

    Returns:
        (`ERR_CONNECTION_REFUSED`, host); an empty code when there is none.
    """
    match = NET_ERROR.search(text)
    code = match.group(1) if match else ""
    host, port = place_of(url)
    if not code.startswith("ERR_SOCKS"):
        return code, host
    if known := gate.net_error(host, port):
        return known, host
    if gate.last_failed and not gate.is_refused(host, port):
        host, _, last_port = gate.last_failed.rpartition(":")
        return gate.net_error(host, int(last_port)) or code, host
    return code, host


def _reason(text: str, url: str, gate: Gate) -> str:
    code, host = failed_connection(text, url, gate)
    if "Download is starting" in text:
        return "it is a download, not a page"
    if not code:
        return text.strip().splitlines()[0].removeprefix("Page.goto: ")
    if code.startswith("ERR_SOCKS") and (refused := gate.refused()):
        return str(refused[-1])
    sentence = REASONS.get(code)
    if sentence is None and code.startswith("ERR_CERT"):
        sentence = "its TLS certificate is not valid"
    led_on = f"it leads on to {host!r}: " if host != urlsplit(url).hostname else ""
    return f"{led_on}{sentence.format(host=host)} ({code})" if sentence else f"{led_on}{code}"


def _ms_until(moment: float) -> float:
    return max(1.0, (moment - monotonic()) * 1000)  # 0 would mean for ever


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as browsers compare them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def as_written(url: str) -> str:
    """An address as people write it: letters instead of percent signs and of punycode."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        named = (
            parts.netloc.replace(host, host.encode("ascii").decode("idna"))
            if "xn--" in host
            else parts.netloc
        )
    except UnicodeError:
        named = parts.netloc
    return unquote(parts._replace(netloc=named).geturl())


def glob(pattern: str) -> re.Pattern[str]:
    """`*` is anything but a slash, `**` anything at all; everything else is itself."""
    parts = re.split(r"(\*\*|\*)", pattern)
    return re.compile("".join({"**": ".*", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts))


def home_of(element: ElementHandle) -> str:
    """The address of the document that an element is in; without one of its own, of that which made it. Empty: unknown."""
    frame = element.owner_frame()
    while frame is not None and frame.parent_frame is not None and frame.url.startswith(OWNED):
        frame = frame.parent_frame
    return "" if frame is None else frame.url.removeprefix("blob:")


def unexpected_status(url: str, wanted: int | None, answered: int | None) -> str:
    """Why `expect_status` does not hold; None: nothing was fetched."""
    if answered is None:
        return f"expected {url} to answer {wanted}, but nothing was fetched: the page was open already"
    return f"expected {url} to answer {wanted}, it answered {answered}"
