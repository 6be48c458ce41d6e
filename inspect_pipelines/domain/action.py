"""Actions: all that a step of a playbook may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.expectation import Expectation, ExpectPopup
from inspect_pipelines.domain.gesture import Gesture
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
    element: Target | None = None  # only this one
    unroll: tuple[str, ...] = ()  # CSS selectors of parts that scroll by themselves, laid out whole
    verb: Literal["screenshot"] = "screenshot"


@dataclass(frozen=True, slots=True)
class AnswerDialog(Somewhere):
    """How the next dialog of the page is answered; stands before what opens it."""

    answer: Literal["accept", "dismiss"] = "accept"
    text: str | None = None  # a part of what it says
    value: str | None = None  # typed into a prompt
    verb: Literal["dialog"] = "dialog"


@dataclass(frozen=True, slots=True)
class Request(Somewhere):
    """A request of ours with the page's cookies, for example to bring data into a known state."""

    url: str  # as Goto's
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    json: str | None = (
        None  # a JSON text, whose texts may hold placeholders; at most one of json, body is set
    )
    body: str | None = None
    expect_status: int | None = None  # None: any below 400
    expect_text: str | None = None  # a part of the answer
    expect_json: str | None = None  # a JSON text; of a mapping only the keys that it has are compared
    verb: Literal["request"] = "request"


@dataclass(frozen=True, slots=True)
class Evaluate(Somewhere):
    """A script in the page; a function is given the variables that are not secret."""

    script: str
    equals: str | None = None  # a JSON text
    verb: Literal["evaluate"] = "evaluate"


Action = (
    Goto | WaitFor | Gesture | AnswerDialog | Request | Evaluate | Expectation | ExpectPopup | TakeScreenshot
)
