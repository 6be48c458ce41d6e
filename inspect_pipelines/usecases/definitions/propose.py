"""Propose a playbook for a site: its pages, and what keeps them from looking the same twice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from inspect_pipelines.config.imports.draft import Draft, DraftStep
from inspect_pipelines.config.imports.told import Fate
from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.crawl import Banner
from inspect_pipelines.domain.finding import Finding, without_waiting
from inspect_pipelines.domain.ids import PlaybookId
from inspect_pipelines.domain.page_setting import Dismiss
from inspect_pipelines.domain.playbook import DESKTOP, PageRules, Playbook, Step, Viewport
from inspect_pipelines.domain.site_path import name_of
from inspect_pipelines.domain.target import Target
from inspect_pipelines.usecases.definitions.explore import Explored
from inspect_pipelines.usecases.definitions.try_out import TriedOut

REASON = "there when this playbook was written; look at it, then take the entry out"
MOST_IGNORED = 50
MOST_TEXT = 80  # characters of a finding's sentence


@dataclass(frozen=True, slots=True)
class Route:
    """A page of the proposal."""

    step: str
    name: str
    url: str


def routes_of(explored: Explored) -> list[Route]:
    """A name for each page, none twice."""
    routes: list[Route] = []
    taken: set[str] = set()
    for url in explored.pages:
        base = name_of(url)
        name, number = base, 1
        while name in taken:
            number += 1
            name = f"{base} {number}"
        taken.add(name)
        routes.append(Route(name.replace(" ", "-"), name, url))
    return routes


def playbook_of(
    identifier: str, routes: Sequence[Route], banners: Sequence[Banner], *, phone: Viewport
) -> Playbook:
    """What is tried out: the same as `drafted` writes."""
    return Playbook(
        PlaybookId(identifier),
        identifier,
        tuple(Step(one.step, one.name, (Goto(one.url), TakeScreenshot(one.name))) for one in routes),
        base_url=routes[0].url,
        viewports=(DESKTOP, phone),
        page=PageRules(
            hide=tuple(one.selector for one in banners if not one.button),
            dismiss=tuple(
                Dismiss(
                    Target(selector=one.selector),
                    Target(role=one.role, name=one.button, within=Target(selector=one.selector)),
                )
                for one in banners
                if one.button
            ),
        ),
    )


def drafted(
    identifier: str, start: str, explored: Explored, routes: Sequence[Route], tried: TriedOut
) -> Draft:
    """The playbook as it is written, with what became of each page."""
    draft = Draft(identifier, identifier, f"What was found at {start}, one page of each template.")
    draft.viewports = [
        {"name": DESKTOP.name, "width": DESKTOP.width, "height": DESKTOP.height},
        {"name": "phone", "device": "iPhone 13"},
    ]
    lost = dict(tried.lost)
    for route in routes:
        if route.step in lost:
            draft.tell(0, route.url, Fate.LEFT_OUT, lost[route.step])
            continue
        step = DraftStep(route.name.capitalize())
        step.add({"goto": draft.address(route.url)})
        masks = [
            one if width is None else {"selector": one, "width": width}
            for one, width in tried.masks.get(route.name, {}).items()
        ]
        name = draft.view(route.name)
        step.add({"screenshot": {"name": name, "mask": masks} if masks else name})
        draft.steps.append(step)
        draft.tell(0, route.url, Fate.CONVERTED, f"picture {route.name!r}")
    for url, why in explored.left_out:
        draft.tell(0, url, Fate.LEFT_OUT, why)
    if explored.waiting:
        draft.tell(
            0,
            f"{explored.waiting} more links",
            Fate.LEFT_OUT,
            "beyond the pages that are opened; --pages takes more",
        )
    for banner in explored.banners:
        if banner.button:
            button = {"role": banner.role, "name": banner.button, "within": banner.selector}
            draft.page.setdefault("dismiss", []).append({"when": banner.selector, "click": button})
            draft.tell(
                0,
                banner.selector,
                Fate.CONVERTED,
                f"dismiss: looks like a banner, and goes with {banner.button!r}",
            )
        else:
            draft.page.setdefault("hide", []).append(banner.selector)
            draft.tell(
                0,
                banner.selector,
                Fate.CONVERTED,
                "hide: looks like a banner, so it takes no room in pictures",
            )
    for name, masked in tried.masks.items():
        for selector, width in masked.items():
            wide = f", always {width} px wide" if width is not None else ""
            draft.tell(0, selector, Fate.CONVERTED, f"mask of {name!r}{wide}: differed from play to play")
    for finding in tried.findings[:MOST_IGNORED]:
        entry = _entry(finding)
        if entry not in draft.ignore:
            draft.ignore.append(entry)
            draft.tell(
                0,
                finding.kind.value,
                Fate.APPROXIMATED,
                f"findings.ignore, or every run would fail: {finding.message}",
            )
    for view in tried.restless:
        draft.tell(
            0,
            str(view),
            Fate.APPROXIMATED,
            "still differs from play to play, and what differs has no name to mask it by",
        )
    return draft


def _entry(finding: Finding) -> dict[str, str]:
    """An entry of `findings.ignore` that is about this one, whatever number or time stands in it the next night."""
    address = re.split(r"[?#]", finding.url, maxsplit=1)[0]
    if address.startswith("http") and not re.search(r"[*\[\]{}]", address):
        return {"kind": finding.kind.value, "url": f"{address}**", "reason": REASON}
    words = re.split(r"\d{2,}|[{}]", without_waiting(finding.message), maxsplit=1)[0]
    return {
        "kind": finding.kind.value,
        "text": words[:MOST_TEXT].strip() or finding.kind.value,
        "reason": REASON,
    }
