"""The window of one viewport: its page, and everything that happens around it."""

from __future__ import annotations

from time import monotonic
from urllib.parse import urlsplit

from playwright.sync_api import (
    ConsoleMessage,
    Dialog,
    Download,
    Error,
    Frame,
    Page,
    SourceLocation,
)

from inspect_pipelines.domain.finding import FindingKind, Severity
from inspect_pipelines.domain.host import place_of
from inspect_pipelines.errors import SessionCrashed
from resources.sessions.browser.borders import Borders
from resources.sessions.browser.dialogs import Dialogs
from resources.sessions.browser.documents import Documents
from resources.sessions.browser.faults import NavigationFailed, PageDied, WindowClosed
from resources.sessions.browser.gate import Gate
from resources.sessions.browser.popups import NOWHERE, Popups
from resources.sessions.browser.stack import script_of, thrown_at
from resources.sessions.browser.traffic import Traffic
from resources.sessions.record import Record, route_of
from resources.sessions.third_party import THIRD_PARTY, is_third_party

# Chromium's echo of a response that is a finding already, and of scripts of ours in a frame without scripts
STATUS_CONSOLE_LINE = "Failed to load resource:"
ECHOES = (STATUS_CONSOLE_LINE, "Blocked script execution in ")
STATUS = "() => performance.getEntriesByType('navigation')[0]?.responseStatus ?? 0"
NAVIGATION_STARTS_WITHIN_MS = 40  # from a click to the request that it causes, measured 5-15 ms


class Window:
    """Listens to a page: errors, dialogs, downloads, crashes; to its network, its Traffic does."""

    def __init__(
        self,
        page: Page,
        record: Record,
        borders: Borders,
        documents: Documents,
        gate: Gate,
        popups: Popups,
    ) -> None:
        self._record = record
        self._borders = borders
        self._documents = documents
        self.gate = gate
        self._told_refused = 0  # connections
        self.popups = popups
        self._strayed: str | None = None
        self._has_moved_on = False
        self._has_pointer = False  # something of this page was pointed at
        self._has_crashed = False
        self.hung_after: float | None = None  # s, set by the watchdog
        self.page = page
        self.dialogs = Dialogs(record)
        self.is_downloading = False  # a step asked for a file, and looks at it
        self.traffic = Traffic(page, record, gate, at=lambda: self.url)
        devtools = page.context.new_cdp_session(page)
        self._frame_id: str = devtools.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        devtools.detach()
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

    def before_action(self) -> None:
        """Close what the action before has opened and this one does not follow."""
        self.popups.close(url=self.url)

    def after_action(self) -> None:
        """See whether the page is still there and where it may be.

        Raises:
            PageDied: Its renderer is gone.
            NavigationFailed: It went to a host that is not allowed.
        """
        self.check_alive()
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
        self._has_moved_on, self._has_pointer = False, True

    def used_pointer(self) -> None:
        """We have pointed at this page, for nothing that belongs into a picture."""
        self._has_pointer = True

    def park_pointer(self) -> None:
        """Take the pointer off a page that came under it: whether Chromium shows what is there as hovered is a race.

        On the page where it was used it stays: a menu that it holds open belongs into the picture.
        """
        has_moved_on, self._has_moved_on = self._has_moved_on, False
        if has_moved_on and self._has_pointer:
            self._has_pointer = False
            self.page.mouse.move(-1, -1)

    def check_alive(self) -> None:
        """Raises PageDied once the renderer is gone."""
        if self.hung_after is not None:
            raise PageDied(
                f"the page did not react for {self.hung_after:g} s (a script that never ends, or a drawing that is too heavy?)"
            )
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
        raise WindowClosed("the page closed its own window")

    def wait_for_navigation(self, timeout_seconds: float, *, after_input: bool = False) -> None:
        """If the page is off to another one, wait until that is there; a click or a key may set it off any moment."""
        if after_input:
            self.page.wait_for_timeout(NAVIGATION_STARTS_WITHIN_MS)
        give_up_at = monotonic() + timeout_seconds
        while self.traffic.is_navigating() and monotonic() < give_up_at:
            self.page.wait_for_timeout(20)
        try:
            left = max(1.0, (give_up_at - monotonic()) * 1000)
            self.page.wait_for_load_state("domcontentloaded", timeout=left)
        except Error as error:
            self.survived(error)

    def arrive(self, timeout_seconds: float) -> None:
        """Wait for the first document of a window that a page opened, and tell how it was answered before we listened.

        Raises:
            NavigationFailed: None came up.
        """
        self.wait_for_navigation(timeout_seconds)
        self.check_strayed()
        if not self.url and self.page.url != NOWHERE:
            raise NavigationFailed("the new window shows no page; see what its address answers")
        status = self.page.evaluate(STATUS)
        if status >= 400:
            self._record.find(FindingKind.NAVIGATION, f"{self.url} answered {status}", url=self.url)

    def _on_console(self, message: ConsoleMessage) -> None:
        place = message.location
        is_echo = message.text.startswith(ECHOES)
        if is_echo and urlsplit(place.get("url", "")).path == "/favicon.ico":
            return  # the browser's own wish, not the page's
        self._record.log(message.type, message.text, url=self.url)
        if message.type == "error" and not is_echo:
            script = place.get("url", "")
            self._tell(FindingKind.CONSOLE_ERROR, f"{message.text}{self._said_at(script, place)}", script)

    def _said_at(self, script: str, place: SourceLocation) -> str:
        """Where a console line comes from, in brackets; empty: unknown."""
        if not script:
            return ""
        parts = urlsplit(script)
        line = place["lineNumber"] + 1
        if self._is_foreign(script):
            return f" ({parts.scheme}://{parts.netloc}{parts.path}:{line}, {THIRD_PARTY})"
        return f" ({parts.path}:{line})"

    def _is_foreign(self, script: str) -> bool:
        """Whether a script is somebody else's than the target's, which its people cannot mend tonight."""
        return is_third_party(script, self._borders.base_url or self.url)

    def _on_page_error(self, error: Error) -> None:
        name = f"{error.name}: " if error.name and not error.message.startswith(error.name) else ""
        page = self.url
        place = thrown_at(error.stack or "", page)
        on = route_of(page)
        script = script_of(error.stack or "")
        is_foreign = self._is_foreign(script)
        said = (place, THIRD_PARTY if is_foreign else "", f"on {on}" if on else "")
        where = f" ({', '.join(filter(None, said))})" if any(said) else ""
        self._record.find(
            FindingKind.PAGE_ERROR,
            f"uncaught {f'{name}{error.message}'.removeprefix('Uncaught ')}{where}",
            url=page,
            about=script,
            severity=Severity.WARNING if is_foreign else None,
        )

    def _on_dialog(self, dialog: Dialog) -> None:
        self.dialogs.answer(dialog, url=self.url)

    def _on_download(self, download: Download) -> None:
        if self.is_downloading:
            return
        self._record.log(
            "download", f"{download.suggested_filename!r} was offered and not kept", url=self.url
        )

    def _on_navigated(self, frame: Frame) -> None:
        self._has_moved_on |= frame.parent_frame is None

    def _on_crash(self, _: Page) -> None:
        self._has_crashed = True
