"""Traffic: what a page fetches, what is still on its way, and what did not come."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

from playwright.sync_api import Error, Page, Request, Response

from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.host import place_of
from resources.sessions.browser.gate import Gate
from resources.sessions.browser.navigation import failed_connection
from resources.sessions.record import Record

NUMBERS = re.compile(r"\d+")
MOVING = ("image/gif", "image/webp", "image/apng")
MOST_ANSWERS = 5000  # of a step
BY_SCRIPTS = ("fetch", "xhr")
OFTEN = 8  # times that a document asks at addresses of one shape; further ones are a page that asks for news
MOST_ADDRESS = 200  # characters of an image's
MOST_LATER = 40  # characters of a Retry-After
TURNED_AWAY = (429, 503)
ENDLESS = ("websocket", "eventsource", "media", "ping")  # never quiet, and nothing is wrong with it
STREAM = "text/event-stream"  # server-sent events; read by `fetch` they are of no type of their own, and have no end
OUR_DOING = ("net::ERR_ABORTED", "net::ERR_BLOCKED_BY_CLIENT")  # left behind by a navigation, or page.block


@dataclass(frozen=True, slots=True)
class Pending:
    """A request that is on its way.

    Attributes:
        shape: Of its address.
        since: Of the monotonic clock.
        is_news: Whether its answer may change the page; a page that asks for the same again and again waits for nothing.
    """

    url: str
    shape: str
    since: float
    is_news: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that was answered."""

    url: str
    method: str
    status: int


class Traffic:
    """Of one page.

    Args:
        at: Where the page stands.
    """

    def __init__(self, page: Page, record: Record, gate: Gate, *, at: Callable[[], str]) -> None:
        self._record, self._gate, self._at = record, gate, at
        self._pending: dict[int, tuple[Request, Pending]] = {}
        self._asked: Counter[str] = Counter()  # by shape of the address, by the document that is shown
        self.begun = 0  # requests whose answer may change the page
        self._broken: set[str] = set()
        self.answered: int | None = None  # the status of the last document that was to be the page's
        self.expects_status = False  # an action looks at the status itself
        self.answers: deque[Answered] = deque(maxlen=MOST_ANSWERS)  # since the step began
        self.has_moving_pictures = False  # whether some have come that may move
        self._lost_fonts: set[str] = (
            set()
        )  # addresses of which the network has said already why they are missing
        page.on("request", self._on_request)
        page.on("requestfinished", self._on_request_end)
        page.on("requestfailed", self._on_request_failed)
        page.on("response", self._on_response)

    def pending(self) -> list[Pending]:
        """What is still being fetched, oldest first."""
        return [pending for _, pending in self._pending.values()]

    def is_navigating(self) -> bool:
        """Whether the page itself is off to another document."""
        return any(_is_main_document(request) for request, _ in self._pending.values())

    def _on_request(self, request: Request) -> None:
        if request.resource_type in ENDLESS or request.url.startswith(("data:", "blob:")):
            return
        if _is_main_document(request):
            self._asked.clear()
        asked = shape(request.url)
        # Many at once are the parts of one page; one after the other, a page that asks for news.
        if request.resource_type in BY_SCRIPTS and not any(
            shape(each.url) == asked for each in self.pending()
        ):
            self._asked[asked] += 1
        is_news = self._asked[asked] <= OFTEN
        self._pending[id(request)] = request, Pending(request.url, asked, monotonic(), is_news)
        self.begun += is_news

    def _on_request_end(self, request: Request) -> None:
        self._pending.pop(id(request), None)

    def _on_request_failed(self, request: Request) -> None:
        self._pending.pop(id(request), None)
        if request.resource_type == "font":
            self._lost_fonts.add(request.url)
        reason = request.failure or "no reason given"
        if _is_main_document(request):  # told by goto
            return
        if reason.startswith(OUR_DOING):
            self._broken.add(request.url)  # an image that was not to come is none that is broken
            return
        if self._gate.is_refused(*place_of(request.url)):
            self._broken.add(request.url)
            return  # told as a connection that was refused
        code, _ = failed_connection(reason, request.url, self._gate)
        reason = f"net::{code}" if code else reason
        if request.resource_type == "image":
            self.broken_image(request.url, reason)
            return
        message = f"{request.resource_type} {request.url} could not be fetched: {reason}"
        self._tell(_kind_of(request), message, request.url)

    def _on_response(self, response: Response) -> None:
        request = response.request
        kind = response.headers.get("content-type", "")
        if kind.startswith(STREAM):
            self._pending.pop(id(request), None)
        self.has_moving_pictures |= kind.startswith(MOVING)
        self.answers.append(Answered(response.url, request.method, response.status))
        is_page = _is_main_document(request)
        if is_page:
            self.answered = response.status
        if response.status < 400 or (is_page and self.expects_status):
            return
        answered = f"answered {response.status} {response.status_text}".rstrip()
        if (later := response.headers.get("retry-after")) and response.status in TURNED_AWAY:
            later = f"in {later} s" if later.isascii() and later.isdigit() else f"after {later}"
            answered += f" and asks to come again {self._record.shortened(later, MOST_LATER)}"
        if is_page:
            self._record.find(
                FindingKind.NAVIGATION, f"{response.url} {answered}", url=response.url, about=response.url
            )
        elif request.resource_type == "image":
            self.broken_image(response.url, answered)
        else:
            if request.resource_type == "font":
                self._lost_fonts.add(response.url)
            message = f"{request.resource_type} {response.url} {answered}"
            self._tell(_kind_of(request), message, response.url)

    def broken_image(self, address: str, reason: str = "cannot be shown") -> None:
        """One finding an image, whichever way it was noticed first."""
        shown = self._record.shortened(address, MOST_ADDRESS)
        if address not in self._broken:
            self._broken.add(address)
            self._tell(FindingKind.BROKEN_IMAGE, f"image {shown} {reason}", address)

    def broken_fonts(self, families: Sequence[str]) -> None:
        """Those that came and are none; of those that did not come the requests tell, and nobody says which family that is."""
        if len(families) <= len(self._lost_fonts):
            return
        for family in families:
            message = f"font {family!r} cannot be used; its text is shown in another one"
            self._tell(FindingKind.BROKEN_FONT, message)

    def _tell(self, kind: FindingKind, message: str, about: str = "") -> None:
        self._record.find(kind, message, url=self._at(), about=about)


def shape(url: str) -> str:
    """An address without its numbers: a page that asks for news asks at another address each time."""
    return NUMBERS.sub("#", url)


def _kind_of(request: Request) -> FindingKind:
    return FindingKind.BROKEN_FONT if request.resource_type == "font" else FindingKind.REQUEST_FAILED


def _is_main_document(request: Request) -> bool:
    try:
        return request.is_navigation_request() and request.frame.parent_frame is None
    except Error:  # its frame is not there yet: the first request of a new document
        return request.is_navigation_request()
