"""A look round a site: pages opened one after the other, and the links on them; nothing is clicked, filled or sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, sync_playwright

from inspect_pipelines.domain.crawl import Banner, Link
from inspect_pipelines.domain.playbook import DESKTOP
from resources.sessions.browser.borders import Borders
from resources.sessions.browser.faults import NavigationFailed
from resources.sessions.browser.gate import Gate
from resources.sessions.browser.navigation import goto
from resources.sessions.browser.service import launched

PAGE_SECONDS = 20.0
QUIET_SECONDS = 3.0  # for what a page's scripts bring: the links of many an application
MOST_TEXT = 500_000  # characters of a robots.txt; RFC 9309 wants as many bytes read
MOST_LINKS, MOST_LINK, MOST_SELECTOR = 3000, 5000, 200  # of a page; characters
LOOK = """() => {
  const links = [...document.querySelectorAll('a[href]')].slice(0, 3000).map((a) =>
    [String(a.href.baseVal ?? a.href), (a.innerText || a.title || '').trim().slice(0, 80), a.hasAttribute('download')]);
  const says = /cookie|consent|gdpr|privacy|datenschutz|rgpd/i;
  const fixed = (e) => ['fixed', 'sticky'].includes(getComputedStyle(e).position);
  const path = (e) => {
    if (e.id) return '#' + CSS.escape(e.id);
    const named = [...e.classList].map((c) => e.tagName.toLowerCase() + '.' + CSS.escape(c));
    return named.find((one) => document.querySelectorAll(one).length === 1) || null;
  };
  const buttons = (e) => [...e.querySelectorAll('button,[role=button],a,input[type=submit],input[type=button]')]
    .map((b) => [(b.innerText || b.value || '').trim().slice(0, 60), b.tagName === 'A' && b.getAttribute('role') !== 'button' ? 'link' : 'button'])
    .filter(([name, role]) => name && !/policy|settings|preferences|customi[sz]e|more|details|manage/i.test(name));
  const closing = (e) => [/reject|decline|refuse|deny|ablehnen|only (necessary|essential)|nur notwendige|refuser|rechazar/i, /accept|agree|allow|ok|got it|understand|zustimmen|akzeptieren|accepter|aceptar|close|dismiss/i]
    .map((says) => buttons(e).find(([name]) => says.test(name))).find(Boolean) || null;
  let banner = null;
  for (const e of document.querySelectorAll('body *')) {
    const box = e.getBoundingClientRect();
    if (box.width * box.height < 8000 || !says.test(e.innerText || '') || !(fixed(e) || e.matches('[role=dialog],dialog[open]'))) continue;
    if (!e.querySelector('button,[role=button],a,input[type=submit]') || (e.innerText || '').length > 3000) continue;
    if (path(e)) { banner = [path(e), ...(closing(e) || ['', ''])]; break; }
  }
  return { links, banner };
}"""


@dataclass(frozen=True, slots=True)
class Visited:
    """A page as it was found."""

    url: str  # where it led to
    status: int
    links: tuple[Link, ...]
    banner: Banner | None = None


class Crawler:
    """Opens pages of one host, through the gate that every session's pages go through."""

    def __init__(self, context: BrowserContext, gate: Gate) -> None:
        self._context, self._gate = context, gate
        self._page = self._fresh()

    def visit(self, url: str) -> Visited | str:
        """The page; where none came up, why."""
        answers: list[tuple[str, int]] = []
        page = self._page
        page.on(
            "response",
            lambda answer: (
                answers.append((answer.url, answer.status))
                if answer.request.is_navigation_request() and answer.frame == page.main_frame
                else None
            ),
        )
        try:
            goto(page, url, self._gate, timeout_seconds=PAGE_SECONDS)
            self._settle(page)
            found = page.evaluate(LOOK)
        except NavigationFailed as error:
            self._page = self._fresh()
            return str(error)
        except Error as error:
            self._page = self._fresh()
            return error.message.strip().splitlines()[0]
        status = answers[-1][1] if answers else 200
        return Visited(
            page.url,
            status,
            _links(found),
            _banner(found),
        )

    def text(self, url: str) -> tuple[int, str]:
        """Status and text of what is no page, such as robots.txt; 0 when nothing answered, and an empty text of HTML."""
        try:
            answer = self._page.goto(url, timeout=PAGE_SECONDS * 1000)
            if answer is None:
                return 0, ""
            is_text = "html" not in answer.headers.get("content-type", "")
            return answer.status, answer.text()[:MOST_TEXT] if is_text and answer.ok else ""
        except Error:
            self._page = self._fresh()
            return 0, ""

    def _settle(self, page: Page) -> None:
        try:
            page.wait_for_load_state("networkidle", timeout=QUIET_SECONDS * 1000)
        except Error:  # a page that never rests has its links as well
            return

    def _fresh(self) -> Page:
        for page in self._context.pages:
            page.close()
        return self._context.new_page()


@contextmanager
def crawler(
    start: str, *, browser: Path, no_sandbox: bool, allowed_hosts: tuple[str, ...] = ()
) -> Iterator[Crawler]:
    """One for the host of an address.

    Raises:
        SessionCrashed: The browser does not start.
    """
    gate = Gate(Borders(allowed_hosts, start).names)
    size: Any = {"width": DESKTOP.width, "height": DESKTOP.height}
    with sync_playwright() as playwright:
        chromium = launched(playwright, browser, no_sandbox=no_sandbox)
        try:
            context = chromium.new_context(
                viewport=size,
                locale="en-US",
                timezone_id="UTC",
                reduced_motion="reduce",
                accept_downloads=False,
                service_workers="block",
                proxy={"server": gate.start()},
            )
            context.on("page", lambda page: page.close() if page.opener() else None)
            yield Crawler(context, gate)
        finally:
            chromium.close()
            gate.close()


def _links(found: Any) -> tuple[Link, ...]:
    """The links of a page, as far as what its own world answered is any: a page may have given our question other words to work with."""
    told = found.get("links") if isinstance(found, dict) else None
    return tuple(
        Link(one[0][:MOST_LINK], str(one[1])[:MOST_LINK], is_download=one[2] is True)
        for one in (told if isinstance(told, list) else [])[:MOST_LINKS]
        if isinstance(one, list) and len(one) == 3 and isinstance(one[0], str)
    )


def _banner(found: Any) -> Banner | None:
    told = found.get("banner") if isinstance(found, dict) else None
    if not isinstance(told, list) or len(told) != 3 or not all(isinstance(one, str) for one in told):
        return None
    selector, button, role = told
    if not 0 < len(selector) <= MOST_SELECTOR or role not in ("", "button", "link"):
        return None
    return Banner(selector, button[:MOST_SELECTOR], role)
