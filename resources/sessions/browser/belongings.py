"""Belongings: all by which a site knows a browser again, taken out of one window and put into another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import BrowserContext, Page

LEAST_TOKEN = 16  # characters, without white space; shorter ones are settings: dark, en-GB
OWN = "() => [location.origin, Object.entries(sessionStorage)]"
PUT = "(entries) => { for (const [key, value] of entries) sessionStorage.setItem(key, value) }"
EMPTY = "<!doctype html><title></title>"
ANY = "**/*"


def taken(context: BrowserContext, page: Page) -> str:
    """Cookies, localStorage, IndexedDB and passkeys of all sites, and the page's sessionStorage, as JSON; a secret as a whole."""
    storage: Any = context.storage_state(indexed_db=True, credentials=True)
    return json.dumps({"storage": storage, "session": [own(page)]})


def own(page: Page) -> tuple[str, list[list[str]]]:
    """The sessionStorage of a page, which is its window's alone: its origin, and keys with values."""
    if not page.url.startswith(("http:", "https:")):
        return "", []
    origin, entries = page.evaluate(OWN)
    return str(origin), entries


def put(content: str, context: BrowserContext, page: Page) -> None:
    """Give a context all of it, in place of what it has.

    Args:
        page: Its window; what it shows is left.
    """
    found = json.loads(content)
    _leave(page)
    context.set_storage_state(found["storage"])
    for origin, entries in found["session"]:
        put_own(page, origin, entries)


def put_own(page: Page, origin: str, entries: list[list[str]]) -> None:
    """Fill the sessionStorage of an origin, before any page of it can look; the site itself is not asked."""
    if not entries:
        return
    page.route(ANY, lambda route: route.fulfill(body=EMPTY, content_type="text/html"))
    try:
        page.goto(f"{origin}/")
        page.evaluate(PUT, entries)
    finally:
        page.unroute(ANY)


def clear(context: BrowserContext, page: Page) -> None:
    """Leave nothing but the passkeys, which are what one logs in with."""
    _leave(page)
    known: Any = context.storage_state(credentials=True)
    empty: Any = {"cookies": [], "origins": [], "credentials": known.get("credentials", [])}
    context.set_storage_state(empty if empty["credentials"] else {"cookies": [], "origins": []})


def _leave(page: Page) -> None:
    """Let go of the page: one that has a database open keeps it from being replaced."""
    if page.url.startswith(("http:", "https:")):
        page.evaluate("() => sessionStorage.clear()")
        page.goto("about:blank")


def tokens(content: str) -> Iterator[str]:
    """What of it nobody must see: values that are long and of one piece."""
    found = json.loads(content)
    for cookie in found["storage"]["cookies"]:
        yield from _pieces(cookie["value"])
    for origin in found["storage"]["origins"]:
        for item in origin.get("localStorage", ()):
            yield from _pieces(item["value"])
        yield from _leaves(origin.get("indexedDB", ()))
    for credential in found["storage"].get("credentials", ()):
        yield from _pieces(credential["privateKey"])
    for _, entries in found["session"]:
        for _, value in entries:
            yield from _pieces(value)


def _pieces(text: str) -> Iterator[str]:
    """The text, or what a JSON text is made of."""
    if text[:1] in ("{", "["):
        try:
            yield from _leaves(json.loads(text))
            return
        except ValueError:
            pass
    if len(text) >= LEAST_TOKEN and not any(map(str.isspace, text)):
        yield text


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) >= LEAST_TOKEN and not any(map(str.isspace, value)):
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _leaves(inner)
