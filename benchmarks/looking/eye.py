"""Somebody who looks at the console in a real browser, and how long they wait for what they see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from resources import chromium

SIZE = {"width": 1280, "height": 900}
PATIENCE_MS = 60_000.0
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
INTERACTIVE = "() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
# Does something, and waits for the frame in which another view stands there whole.
TURNED = """
async ([kind, what]) => {
  const room = () => document.getElementById('page');
  const was = room().dataset.view, began = performance.now();
  if (kind === 'press') document.body.dispatchEvent(new KeyboardEvent('keydown', { key: what, bubbles: true }));
  else document.querySelectorAll('.film a:not([aria-current])')[what].click();  // the film moves with the view
  for (;;) {
    await new Promise(requestAnimationFrame);
    const spent = performance.now() - began;
    const pictures = [...document.querySelectorAll('ip-diff[data-ready] img:not([loading])')];
    if (room().dataset.view !== was && pictures.length && pictures.every((one) => one.complete)) return spent;
    if (spent > 30000) throw new Error(`no other view than ${was} came`);
  }
}
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one load of a page took, with nothing in the browser's cache."""

    painted_ms: float
    interactive_ms: float  # its scripts have run
    transferred_kb: float  # as it came over the wire, without pictures
    pictures: int  # that were asked for before anybody scrolled


COUNTED = """
async ([key]) => {
  const began = performance.now();
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  for (;;) {
    await new Promise(requestAnimationFrame);
    const spent = performance.now() - began;
    if (!document.querySelector('[aria-busy=true]')) return spent;
    if (spent > 30000) throw new Error('the word was not taken');
  }
}
"""


class Eye:
    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self._url = browser, url

    def look(self, path: str, *, until: str = "main") -> Sight:
        """A page in a browser that has seen nothing yet.

        Args:
            path: Its address.
            until: What stands there when it can be worked with.
        """
        with self._page() as page:
            wire = _Wire(page)
            answer = page.goto(f"{self._url}{path}", wait_until="load")
            assert answer is not None
            assert answer.ok, f"{path}: {answer.status}"
            page.wait_for_selector(until)
            ready = float(page.evaluate("performance.now()")) if until != "main" else 0.0
            page.wait_for_function(PAINTED)
            page.wait_for_timeout(300)  # for what scripts ask for by themselves
            return Sight(
                float(page.evaluate(PAINTED)),
                max(ready, float(page.evaluate(INTERACTIVE))),
                wire.bytes / 1000,
                wire.pictures,
            )

    @contextmanager
    def review(self, run_id: str) -> Iterator[Page]:
        """The review room of a run, ready."""
        with self._page() as page:
            page.goto(f"{self._url}/runs/{run_id}/review")
            page.wait_for_selector("ip-diff[data-ready]")
            page.wait_for_timeout(500)
            yield page

    @contextmanager
    def _page(self) -> Iterator[Page]:
        context = self._browser.new_context(viewport=SIZE)  # type: ignore[arg-type]
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        yield page
        context.close()


class _Wire:
    """What comes over it."""

    def __init__(self, page: Page) -> None:
        self.bytes, self.pictures = 0.0, 0
        self._pictures: set[str] = set()
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._came)
        session.send("Network.enable")

    def _asked(self, event: dict[str, Any]) -> None:
        if event.get("type") == "Image" and not event["request"]["url"].startswith("data:"):
            self._pictures.add(event["requestId"])
            self.pictures += "/static/" not in event["request"]["url"]

    def _came(self, event: dict[str, Any]) -> None:
        if event["requestId"] not in self._pictures:
            self.bytes += event["encodedDataLength"]


def turns(page: Page, kind: str, what: str | int, *, rest_ms: float = 600) -> float:
    """Milliseconds until another view stands there; then some rest, in which the next one is fetched ahead."""
    spent = float(page.evaluate(TURNED, [kind, what]))
    page.wait_for_timeout(rest_ms)
    return spent


def counts(page: Page, key: str, *, rest_ms: float = 600) -> float:
    """Milliseconds until the server has taken a word, and the page can be used again."""
    spent = float(page.evaluate(COUNTED, [key]))
    page.wait_for_timeout(rest_ms)
    return spent


@contextmanager
def an_eye(url: str) -> Iterator[Eye]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        yield Eye(browser, url)
        browser.close()
