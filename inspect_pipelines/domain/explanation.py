"""An explanation: what a session saw that may be why a view looks different, to stand before what is different."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from inspect_pipelines.domain.baseline import BaselineImage
from inspect_pipelines.domain.finding import Finding, FindingKind
from inspect_pipelines.domain.screenshot import Screenshot
from inspect_pipelines.domain.sentence import BLANK

EXPLAINS = (FindingKind.NAVIGATION, FindingKind.BROKEN_FONT, FindingKind.BROKEN_IMAGE, FindingKind.SLOW)
MOST = 3  # what a sentence can hold
EMPTY = "the page is empty"
LONGEST = 160  # characters of each


def explained(reason: str, old: BaselineImage, new: Screenshot, findings: Iterable[Finding]) -> str:
    """The sentence about a view that differs, with what may explain it in front.

    Args:
        findings: Of the session that took the new picture.
    """
    told = [one for one in (*_of_page(old, new), *_of_findings(new, findings)) if not _is_said(one, reason)]
    return "; ".join((*told[:MOST], reason))


def _is_said(told: str, reason: str) -> bool:
    return told == EMPTY and reason.startswith(BLANK)


def _of_page(old: BaselineImage, new: Screenshot) -> Iterator[str]:
    if old.route and new.route and old.route != new.route:
        parts = urlsplit(new.url)
        address = f"{new.route}?{parts.query}" if parts.query else new.route
        yield f"the address became {_short(address)!r}, was {_short(old.route)!r}"
    if old.elements and not new.elements:
        yield EMPTY
    yield from _of_masks(old, new)


def _of_masks(old: BaselineImage, new: Screenshot) -> Iterator[str]:
    """A mask covers a clock's pixels, and not that another hour is wider and pushes the columns beside it."""
    if not _is_anything_elsewhere(old, new):
        return
    before = {masked.selector: masked.boxes for masked in old.masked}
    for masked in new.masked:
        for was, now in zip(before.get(masked.selector, ()), masked.boxes, strict=False):
            if (was.width, was.height) != (now.width, now.height):
                advice = "give the mask a width" if was.width != now.width else "hide it"
                yield (
                    f"masked {_short(masked.selector)!r} became {now.width}x{now.height} px, was "
                    f"{was.width}x{was.height} px, and moves what stands beside it: {advice}"
                )
                break


def _is_anything_elsewhere(old: BaselineImage, new: Screenshot) -> bool:
    """Whether an element that no mask covers stands somewhere else, or has another size."""
    before = dict(old.elements)
    covered = {box for masked in new.masked for box in masked.boxes}
    return any(name in before and before[name] != box and box not in covered for name, box in new.elements)


def _of_findings(new: Screenshot, findings: Iterable[Finding]) -> list[str]:
    about = [
        one
        for one in findings
        if one.kind in EXPLAINS
        and (one.playbook, one.viewport) == (new.view.playbook, new.view.viewport)
        and (one.step_id == new.step_id or one.route == new.route)
    ]
    about.sort(key=lambda one: EXPLAINS.index(one.kind))
    return list(dict.fromkeys(_short(one.message) for one in about))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
