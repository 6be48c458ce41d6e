"""Targets: how a playbook's words become an element, and why one could not be used."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from playwright.sync_api import Error, Frame, FrameLocator, Locator, Page

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.target import Target
from resources.sessions.browser.scripts import CANDIDATES, TEXT_OF
from resources.sessions.browser.translation import in_words

COVERED = re.compile(r"(<[^\n]{1,200}?>)[^\n]*? intercepts pointer events")
MOST_SUGGESTED = 80  # characters
BOX_MS = 300  # for where an element stands that is there or is not
PROBE_MS = 1000  # for looking at an element after it could not be used
WHOLE_PAGE = Target(selector="body, :root:not(:has(body))")  # XML and SVG have no body


def locate(page: Page, target: Target) -> Locator:
    """All elements that a target may mean; using one is strict, so two are an error."""
    frame = target.frame or (target.within.frame if target.within else None)
    root: Page | FrameLocator | Locator = page.frame_locator(frame) if frame else page
    if target.within:
        root = locate(page, replace(target.within, frame=frame))
    found = _named(root, target)
    if target.has:  # it is looked for in what was found, so it needs no frame
        found = found.filter(has=locate(page, target.has))
    return found if target.nth is None else found.nth(target.nth)


def box_of(page: Page, target: Target, scale: float) -> Box | None:
    """Where the first element that a target may mean stands in a picture of the window; None: nowhere.

    Args:
        scale: Device pixels per CSS px.
    """
    try:
        found = locate(page, target).first.bounding_box(timeout=BOX_MS)
    except Error:
        return None
    if found is None:
        return None
    left, top, width, height = (round(found[key] * scale) for key in ("x", "y", "width", "height"))
    return Box(left, top, width, height)


def _named(root: Page | FrameLocator | Locator, target: Target) -> Locator:
    if target.role:
        role: Any = target.role  # Playwright lists the roles as literals
        return root.get_by_role(role, name=target.name) if target.name else root.get_by_role(role)
    if target.label:
        return root.get_by_label(target.label)
    if target.text:
        return root.get_by_text(target.text)
    if target.placeholder:
        return root.get_by_placeholder(target.placeholder)
    if target.test_id:
        return root.locator(selector_of_test_id(target.test_id))
    if target.title:
        return root.get_by_title(target.title)
    if target.alt:
        return root.get_by_alt_text(target.alt)
    return root.locator(target.selector or "body")


def selector_of_test_id(test_id: str) -> str:
    """The three attributes that sites use for test ids."""
    value = test_id.replace("\\", "\\\\").replace('"', '\\"')
    return ", ".join(f'[{name}="{value}"]' for name in ("data-testid", "data-test-id", "data-test"))


def text_of(found: Locator) -> str:
    """An element's text as a person reads it; what is typed into a field is its text."""
    tag = found.evaluate("e => e.tagName", timeout=PROBE_MS)
    if tag in ("INPUT", "TEXTAREA", "SELECT"):
        return found.input_value(timeout=PROBE_MS)
    text: str = found.evaluate(TEXT_OF, timeout=PROBE_MS)
    return text


def why_not(page: Page, target: Target, error: Error, hidden: Callable[[str], str]) -> str:
    """The clause that says why an element could not be used: found none, found three, hidden, disabled, covered.

    Args:
        hidden: A text of the page without secrets; texts are cut only after it, or half a secret would stay.
    """
    text = error.message
    if not target.frame and "frame" not in text and _is_bad_selector(text):
        return f"{target.selector!r} is not a selector"
    try:
        found = locate(page, target)
        count = found.count()
    except Error:
        return in_words(error)
    if count == 0 and target.frame and page.locator(target.frame).count() == 0:
        return f"there is no frame {target.frame!r}"
    if count == 0:
        return _none(page, target, hidden)
    if "strict mode violation" in text:
        return f"found {count}; say which one is meant: {', '.join(_shown(found, count, hidden))}"
    if "Not a checkbox or radio button" in text:
        return "it is neither a checkbox nor a radio button"
    if "not a <select>" in text:
        return "it is no <select> of options; click it, and then the option"
    if "did not find some options" in text:
        return f"it has no such option{_options(found)}"
    if "not an <input>" in text or "cannot be filled" in text:
        return "it is no field that text can be filled into"
    if covering := COVERED.search(text):
        return f"it is covered by {covering.group(1)}"
    if count > 1:
        return f"found {count}, none of them in time"
    try:
        if not found.is_visible():
            return "it is not visible"
        if not found.is_enabled(timeout=PROBE_MS):
            return "it is disabled"
    except Error:
        return "it came and went"
    if "not editable" in text:
        return "it is read-only"
    if "is not stable" in text or "outside of the viewport" in text:
        return "it kept moving" if "not stable" in text else "it is outside of the window"
    return "it is there, but the page did not take it in time" if "Timeout " in text else in_words(error)


def _none(page: Page, target: Target, hidden: Callable[[str], str]) -> str:
    if target.within is not None and locate(page, around := _around(target)).count() == 0:
        return f"there is no {target.within} to look within{_nearest(page, around, hidden)}"
    if target.nth is not None and (several := locate(page, replace(target, nth=None)).count()):
        return f"found {several}, so there is no nth {target.nth} (0 is the first, -1 the last)"
    if target.has is not None and (several := locate(page, replace(target, nth=None, has=None)).count()):
        return f"found {several}, none of them with {target.has}"
    return f"found none{_nearest(page, target, hidden)}"


def _around(target: Target) -> Target:
    assert target.within is not None
    return replace(target.within, frame=target.frame or target.within.frame)


def _is_bad_selector(text: str) -> bool:
    return "is not a valid selector" in text or "Unexpected token" in text or "Unknown engine" in text


def _options(found: Locator) -> str:
    try:
        labels: list[str] = found.evaluate("e => [...e.options].map(o => o.label)", timeout=PROBE_MS)
    except Error:
        return ""
    listed = ", ".join(repr(label[:MOST_SUGGESTED]) for label in labels[:5])
    return (
        f"; there is {listed}{' and more' if len(labels) > 5 else ''}" if listed else "; it has none at all"
    )


def _shown(found: Locator, count: int, hidden: Callable[[str], str]) -> list[str]:
    shown = []
    for number in range(min(count, 3)):
        try:
            tag = hidden(found.nth(number).evaluate("e => e.cloneNode(false).outerHTML", timeout=PROBE_MS))
            text = hidden(found.nth(number).inner_text(timeout=PROBE_MS))
        except Error:
            continue
        shown.append(f"{tag.split('></')[0].rstrip('>')[:80]}>" + (f" {text[:30]!r}" if text else ""))
    return shown


def _nearest(page: Page, target: Target, hidden: Callable[[str], str]) -> str:
    """`; did you mean ..?` or what there is instead, where looking costs one question to the page."""
    wanted = target.name or target.label or target.text or target.placeholder or target.test_id
    wanted = wanted or target.title or target.alt
    kind = _kind(target)
    if kind is None:
        return ""
    try:
        document: Page | Frame | None = page
        if target.frame:
            document = page.locator(target.frame).first.element_handle(timeout=PROBE_MS).content_frame()
        if document is None:
            return ""
        found: list[str] = document.evaluate(CANDIDATES, {"kind": kind, "role": target.role})
    except Error:
        return ""
    # What may be a secret is no suggestion; the page cuts at 300 characters, where half of one may stand.
    there = [text[:MOST_SUGGESTED] for text in found if hidden(text) == text]
    wanted = wanted or (target.selector or "")
    folded = {text.casefold(): text for text in reversed(there)}
    close = get_close_matches(wanted.casefold(), folded, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {folded[close[0]]!r}?"
    if target.role and there:
        listed = ", ".join(repr(text) for text in there[:5])
        return f"; the page has {target.role} {listed}" + (" and more" if len(there) > 5 else "")
    return ""


def _kind(target: Target) -> str | None:
    if target.role:
        return "role" if target.name else None
    for kind in ("label", "text", "placeholder", "test_id", "title", "alt"):
        if getattr(target, kind):
            return kind
    selector = target.selector or ""
    if re.fullmatch(r"#[\w-]+", selector):
        return "id"
    return "class" if re.fullmatch(r"\.[\w-]+", selector) else None


def squeezed(text: str) -> str:
    """Without what a page does with white space."""
    return " ".join(text.split())
