"""Actions: all that a step of a playbook may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.expectation import ExpectPopup, ExpectText, ExpectUrl, ExpectVisible
from inspect_pipelines.domain.gesture import Click, Fill, Press
from inspect_pipelines.domain.target import Somewhere, Target


@dataclass(frozen=True, slots=True)
class Goto(Somewhere):
    url: str  # relative to the playbook's base_url; may hold {{placeholders}}
    expect_status: int | None = None  # of the page's answer; None: any below 400
    verb: Literal["goto"] = "goto"


@dataclass(frozen=True, slots=True)
class WaitFor(Somewhere):
    target: Target
    state: Literal["visible", "hidden", "attached", "detached"] = "visible"
    timeout_seconds: float | None = None
    verb: Literal["wait_for"] = "wait_for"


@dataclass(frozen=True, slots=True)
class FixedWidth:
    """A masked element that is as wide in every picture, whatever stands in it, so that nothing beside it moves."""

    selector: str
    width_px: int  # CSS px


@dataclass(frozen=True, slots=True)
class TakeScreenshot(Somewhere):
    name: str
    full_page: bool = True
    mask: tuple[str, ...] = ()  # CSS selectors, painted over before the picture is stored
    allow_large: bool = False  # a mask may cover over 30 % of the view
    clip: Box | None = None  # CSS px of the page
    tolerance: float | None = None  # overrides the plan's
    hide: tuple[str, ...] = ()  # CSS selectors of what takes no room and does not show
    widths: tuple[FixedWidth, ...] = ()  # of masks
    verb: Literal["screenshot"] = "screenshot"


Action = (
    Goto
    | Click
    | Fill
    | Press
    | WaitFor
    | ExpectText
    | ExpectVisible
    | ExpectUrl
    | ExpectPopup
    | TakeScreenshot
)
