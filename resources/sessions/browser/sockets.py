"""Sockets: whether a page's WebSockets are silent; what comes over them is shown a moment later."""

from __future__ import annotations

from time import monotonic

from playwright.sync_api import Page, WebSocket

SILENCE_SECONDS = 0.4  # answers to one question come closer together
MOST_SILENCE_SECONDS = (
    2.0  # where the server is slow: pieces of an answer may be as far apart as its first one was away
)
CAP_SECONDS = 6.0
MOST_CAPS = 2  # in vain; then nobody waits for these sockets any more
NEVER = float("-inf")


class Sockets:
    """Those of one page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._asked_at = NEVER
        self._heard_at = NEVER
        self._silence = SILENCE_SECONDS
        self._caps = 0
        page.on("websocket", self._on_socket)

    def wait_for_silence(self) -> bool:
        """Return once what was asked has been answered and nothing has come for a moment, or after a cap; whether it waited."""
        give_up_at = monotonic() + CAP_SECONDS
        has_waited = False
        while self._caps < MOST_CAPS and self._is_talking():
            has_waited = True
            self._page.wait_for_timeout(50)
            if monotonic() >= give_up_at:
                self._caps += 1
                break
        return has_waited

    def _is_talking(self) -> bool:
        return self._heard_at < self._asked_at or monotonic() - self._heard_at < self._silence

    def _on_socket(self, socket: WebSocket) -> None:
        self._ask()
        socket.on("framesent", lambda _: self._ask())
        socket.on("framereceived", lambda _: self._hear())
        socket.on("close", lambda _: self._hear())

    def _ask(self) -> None:
        self._asked_at = monotonic()

    def _hear(self) -> None:
        if self._heard_at < self._asked_at:
            took = monotonic() - self._asked_at
            self._silence = min(max(took, SILENCE_SECONDS), MOST_SILENCE_SECONDS)
        self._heard_at = monotonic()
