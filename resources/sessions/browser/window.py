"""The window of one viewport: its page, and everything that happens around it."""

from __future__ import annotations

from time import monotonic
from urllib.parse import urlsplit

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Download,
    Error,
    Frame,
    Page,
    Request,
    Response,
)

from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.errors import SessionCrashed
from resources.sessions.browser.borders import Borders, place_of
from resources.sessions.browser.documents import Documents
from resources.sessions.browser.faults import PageDied
from resources.sessions.browser.gate import Gate
from resources.sessions.browser.navigation import failed_connection
from resources.sessions.browser.stack import script_of, thrown_at
from resources.sessions.record import Record, route_of

MOST_ADDRESS = 200  # characters of an image's
ENDLESS = ("websocket", "eventsource", "media", "ping")  # never quiet, and nothing is wrong with it
OUR_DOING = ("net::ERR_ABORTED", "net::ERR_BLOCKED_BY_CLIENT")  # left behind by a navigation, or page.block
STATUS_CONSOLE_LINE = "Failed to load resource:"  # Chromium's echo of a response that is a finding already
NAVIGATION_STARTS_WITHIN_MS = 40  # from a click to the request that it causes, measured 5-15 ms


class Window:
    """Listens to a page: requests, errors, dialogs, popups, downloads, crashes."""

    def __init__(
        self, context: BrowserContext, record: Record, borders: Borders, documents: Documents, gate: Gate
    ) -> None:
        self._record = record
        self._borders = borders
        self._documents = documents
        self.gate = gate
        self._told_refused = 0  # connections
        self._pending: dict[int, Request] = {}
        self._popups: list[Page] = []
        self._strayed: str | None = None
        self._has_moved_on = False
        self._has_crashed = False
        self._broken: set[str] = set()
        self.answered: int | None = None  # the status of the last document that was to be the page's
        self.expects_status = False  # an action looks at the status itself
        self._lost_fonts = False  # whether the network has said already why a font is missing
        self.hung_after: float | None = None  # s, set by the watchdog
        self.page = page = context.new_page()
        devtools = context.new_cdp_session(page)
        self._frame_id: str = devtools.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        devtools.detach()
        context.on("page", self._on_popup)
        page.on("request", self._on_request)
        page.on("requestfinished", self._on_request_end)
        page.on("requestfailed", self._on_request_failed)
        page.on("response", self._on_response)
        page.on("console", self._on_console)
        page.on("pageerror", self._on_page_error)
        page.on("dialog", self._on_dialog)
        page.on("download", self._on_download)
        page.on("framenavigated", self._on_navigated)
        page.on("crash", self._on_crash)

    @property
    def url(self) -> str:
        """Where the page stands; empty before the first page and on the browser's own error pages."""
        url = self.page.url
        return url if url.startswith(("http:", "https:")) else ""

    @property
    def is_gone(self) -> bool:
        """Whether the page has no renderer any more: it would never answer again."""
        return self._has_crashed or self.hung_after is not None

    def pending_urls(self) -> list[str]:
        """What is still being fetched, oldest first."""
        return [request.url for request in self._pending.values()]

    def after_action(self) -> None:
        """Close popups, and see whether the page is still there and where it may be.

        Raises:
            PageDied: Its renderer is gone.
            NavigationFailed: It went to a host that is not allowed.
        """
        self.check_alive()
        for popup in self._popups:
            if not popup.is_closed():
                popup.close()
        self._popups.clear()
        self.check_strayed()

    def check_strayed(self) -> None:
        """Tell what was refused since; raises NavigationFailed when the page itself was to go where it may not."""
        led_to: set[tuple[str, int]] = set()
        for document in self._documents.taken_refused():
            led_to.add(place_of(document.url))
            if document.frame_id == self._frame_id:
                self._strayed = document.url
                continue
            refusal = self._borders.refusal(
                document.url, came="a frame or a new window of the page was to show"
            )
            self._tell(FindingKind.REQUEST_FAILED, str(refusal), document.url)
        for refused in self.gate.refused()[self._told_refused :]:
            self._told_refused += 1
            if (refused.host, refused.port) in led_to:
                continue  # Chromium connects ahead to where a pressed link leads
            self._tell(FindingKind.REQUEST_FAILED, f"a connection to {refused}", refused.url)
        if self._strayed is not None:
            strayed, self._strayed = self._strayed, None
            raise self._borders.refusal(strayed, came="the page was led to")

    def _tell(self, kind: FindingKind, message: str, about: str = "") -> None:
        """A finding about the page as it is now, or about an address that it uses."""
        self._record.find(kind, message, url=self.url, about=about)

    def uses_pointer(self) -> None:
        """The playbook points at this page; where it goes to now is another one."""
        self._has_moved_on = False

    def park_pointer(self) -> None:
        """Take the pointer off a page that came under it: whether Chromium shows what is there as hovered is a race.

        On the page where it was used it stays: a menu that it holds open belongs into the picture.
        """
        if self._has_moved_on:
            self._has_moved_on = False
            self.page.mouse.move(-1, -1)

    def check_alive(self) -> None:
        """Raises PageDied once the renderer is gone."""
        if self.hung_after is not None:
            raise PageDied(f"the page did not react for {self.hung_after:g} s (a script that never ends?)")
        if self._has_crashed:
            raise PageDied("the page crashed its renderer (out of memory, or a defect of the browser)")

    def survived(self, error: Error) -> None:
        """Return when an error is the action's own, and the page can still be asked about it.

        Raises:
            PageDied: The page is gone.
            SessionCrashed: The whole browser is.
        """
        self.check_alive()
        if "has been closed" not in error.message and not self.page.is_closed():
            return
        try:
            browser = self.page.context.browser
            assert browser is not None  # only persistent contexts have none
            browser.new_browser_cdp_session().detach()
        except Error as gone:
            raise SessionCrashed("the browser died") from gone
        raise PageDied("the page closed its own window")

    def wait_for_navigation(self, timeout_seconds: float, *, after_input: bool = False) -> None:
        """If the page is off to another one, wait until that is there; a click or a key may set it off any moment."""
        if after_input:
            self.page.wait_for_timeout(NAVIGATION_STARTS_WITHIN_MS)
        give_up_at = monotonic() + timeout_seconds
        while self._is_navigating() and monotonic() < give_up_at:
            self.page.wait_for_timeout(20)
        try:
            left = max(1.0, (give_up_at - monotonic()) * 1000)
            self.page.wait_for_load_state("domcontentloaded", timeout=left)
        except Error as error:
            self.survived(error)

    def _is_navigating(self) -> bool:
        return any(_is_main_document(request) for request in self._pending.values())

    def _on_popup(self, popup: Page) -> None:
        self._popups.append(popup)
        self._record.log(
            "popup", f"a new window was opened and closed again: {popup.url or 'about:blank'}", url=self.url
        )

    def _on_request(self, request: Request) -> None:
        if request.resource_type not in ENDLESS and not request.url.startswith(("data:", "blob:")):
            self._pending[id(request)] = request

    def _on_request_end(self, request: Request) -> None:
        self._pending.pop(id(request), None)

    def _on_request_failed(self, request: Request) -> None:
        self._pending.pop(id(request), None)
        self._lost_fonts |= request.resource_type == "font"
        reason = request.failure or "no reason given"
        if _is_main_document(request):  # told by goto
            return
        if reason.startswith(OUR_DOING):
            self._broken.add(request.url)  # an image that was not to come is none that is broken
            return
        if self.gate.is_refused(*place_of(request.url)):
            self._broken.add(request.url)
            return  # told as a connection that was refused
        code, _ = failed_connection(reason, request.url, self.gate)
        reason = f"net::{code}" if code else reason
        if request.resource_type == "image":
            self.broken_image(request.url, reason)
            return
        message = f"{request.resource_type} {request.url} could not be fetched: {reason}"
        self._tell(_kind_of(request), message, request.url)

    def _on_response(self, response: Response) -> None:
        request = response.request
        is_page = _is_main_document(request)
        if is_page:
            self.answered = response.status
        if response.status < 400 or (is_page and self.expects_status):
            return
        answered = f"answered {response.status} {response.status_text}".rstrip()
        if is_page:
            self._record.find(
                FindingKind.NAVIGATION, f"{response.url} {answered}", url=response.url, about=response.url
            )
        elif request.resource_type == "image":
            self.broken_image(response.url, answered)
        else:
            self._lost_fonts |= request.resource_type == "font"
            message = f"{request.resource_type} {response.url} {answered}"
            self._tell(_kind_of(request), message, response.url)

    def broken_image(self, address: str, reason: str = "cannot be shown") -> None:
        """One finding an image, whichever way it was noticed first."""
        shown = self._record.shortened(address, MOST_ADDRESS)
        if address not in self._broken:
            self._broken.add(address)
            self._tell(FindingKind.BROKEN_IMAGE, f"image {shown} {reason}", address)

    def broken_font(self, family: str) -> None:
        """One that came and is none; of one that did not come its request tells."""
        if not self._lost_fonts:
            message = f"font {family!r} cannot be used; its text is shown in another one"
            self._tell(FindingKind.BROKEN_FONT, message)

    def _on_console(self, message: ConsoleMessage) -> None:
        place = message.location
        is_echo = message.text.startswith(STATUS_CONSOLE_LINE)
        if is_echo and urlsplit(place.get("url", "")).path == "/favicon.ico":
            return  # the browser's own wish, not the page's
        self._record.log(message.type, message.text, url=self.url)
        if message.type == "error" and not is_echo:
            at = f" ({urlsplit(place['url']).path}:{place['lineNumber'] + 1})" if place.get("url") else ""
            self._tell(FindingKind.CONSOLE_ERROR, f"{message.text}{at}", place.get("url", ""))

    def _on_page_error(self, error: Error) -> None:
        name = f"{error.name}: " if error.name and not error.message.startswith(error.name) else ""
        page = self.url
        place = thrown_at(error.stack or "", page)
        on = route_of(page)
        where = f" ({', '.join(filter(None, (place, on and f'on {on}')))})" if place or on else ""
        self._record.find(
            FindingKind.PAGE_ERROR,
            f"uncaught {name}{error.message}{where}",
            url=page,
            about=script_of(error.stack or ""),
        )

    def _on_dialog(self, dialog: Dialog) -> None:
        """Say no to everything but leaving the page: nothing that a dialog warns of is done by accident."""
        answer = "left" if dialog.type == "beforeunload" else "dismissed"
        self._record.log("dialog", f"{dialog.type} {dialog.message!r} was {answer}", url=self.url)
        if dialog.type == "beforeunload":
            dialog.accept()
        else:
            dialog.dismiss()

    def _on_download(self, download: Download) -> None:
        self._record.log(
            "download", f"{download.suggested_filename!r} was offered and not kept", url=self.url
        )

    def _on_navigated(self, frame: Frame) -> None:
        self._has_moved_on |= frame.parent_frame is None

    def _on_crash(self, _: Page) -> None:
        self._has_crashed = True


def _kind_of(request: Request) -> FindingKind:
    return FindingKind.BROKEN_FONT if request.resource_type == "font" else FindingKind.REQUEST_FAILED


def _is_main_document(request: Request) -> bool:
    try:
        return request.is_navigation_request() and request.frame.parent_frame is None
    except Error:  # its frame is not there yet: the first request of a new document
        return request.is_navigation_request()
