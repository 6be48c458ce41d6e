"""Published pictures: which screen of a playbook a picture of an agent shows, by what the agent says of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.host import host_matches, host_of, place_of
from inspect_pipelines.domain.playbook import Playbook, Step, Viewport
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.session import StepStatus
from inspect_pipelines.domain.template import PLACEHOLDER

NOT_A_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Published:
    """What an agent says of a picture."""

    id: str
    caption: str = ""
    url: str = ""  # of the page
    width: int | None = None  # of the window, CSS px
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Screen:
    """A picture that a playbook asks for."""

    view: View
    step: Step
    shot: TakeScreenshot
    path: str  # of the page where it was opened; empty: an address that only a value tells


def screens(playbook: Playbook) -> tuple[Screen, ...]:
    """Every picture that a playbook asks for, over its viewports, in playing order."""
    found = []
    for viewport in playbook.viewports:
        path = ""
        for step in playbook.every_step:
            for action in step.on(viewport.name):
                if isinstance(action, Goto):
                    path = "" if PLACEHOLDER.match(action.url) else urlsplit(action.url).path or "/"
                elif isinstance(action, TakeScreenshot):
                    found.append(Screen(View(playbook.id, action.name, viewport.name), step, action, path))
    return tuple(found)


def shown_view(playbook: Playbook, wanted: Collection[Screen], picture: Published) -> View:
    """The view that a picture is of.

    By its caption (`playbook/name@viewport`, or a name alone), else by the page's path where the playbook has one
    picture there, else it is a view of its own, called after the path. The viewport is the one of that size.
    """
    known = {screen.view for screen in wanted}
    if (whole := View.parse(picture.caption.strip())) in known:
        return whole
    viewport = _viewport(playbook.viewports, picture)
    named = View(playbook.id, picture.caption.strip(), viewport)
    if named in known:
        return named
    path = route_of(picture.url)
    there = [
        screen.view for screen in wanted if path and (screen.path, screen.view.viewport) == (path, viewport)
    ]
    if len(there) == 1:
        return there[0]
    return View(playbook.id, _slug(path or picture.caption), viewport)


def _viewport(viewports: Iterable[Viewport], picture: Published) -> str:
    known = list(viewports)
    if picture.width is None:
        return known[0].name
    for each in known:
        if (each.width, each.height) == (picture.width, picture.height):
            return each.name
    same_width = [each.name for each in known if each.width == picture.width]
    return same_width[0] if same_width else f"{picture.width}x{picture.height}"


def _slug(text: str) -> str:
    return NOT_A_NAME.sub("-", text.lower()).strip("-")[:60] or "start"


def route_of(url: str) -> str:
    """The path of a page's address, decoded; empty when it is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return unquote(parts.path) or "/" if parts.scheme in ("http", "https") else ""


def is_elsewhere(url: str, base_url: str, playbook: Playbook, allowed_hosts: Iterable[str]) -> bool:
    """Whether a page is of a host that neither the playbook nor its definition names."""
    name, port = place_of(url)
    own = [base_url, *(action.url for action in playbook.actions() if isinstance(action, Goto))]
    patterns = [*(host for each in own if (host := host_of(each))), *allowed_hosts]
    return not host_matches(name, port, patterns)


def missing(
    wanted: Iterable[Screen], seen: Collection[View], told: Mapping[str, StepStatus]
) -> Iterator[Screen]:
    """Screens that nobody has seen, but for those of steps that may be left out and were."""
    for screen in wanted:
        is_left_out = told.get(screen.step.id) is StepStatus.SKIPPED and may_be_skipped(screen.step)
        if screen.view not in seen and not is_left_out and not screen.step.manual:
            yield screen


def may_be_skipped(step: Step) -> bool:
    """Whether the playbook itself lets a step out at times."""
    return bool(step.condition) or step.when is not None or step.optional or step.manual
