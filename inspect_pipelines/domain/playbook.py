"""A playbook: ordered steps that a browser plays, with typed variables and viewports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from inspect_pipelines.domain.ids import PlaybookId
from inspect_pipelines.domain.ignore import Ignore


class VariableType(StrEnum):
    """The grammar of a value; see `domain/variable.py` for what each accepts."""

    STRING = "string"
    TEXT = "text"
    URL = "url"
    INT = "int"
    BOOLEAN = "boolean"
    ENUM = "enum"
    LOGIN = "login"
    SHA = "sha"
    PATH_LIST = "path_list"


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that a playbook needs."""

    name: str
    type: VariableType = VariableType.STRING
    required: bool = False
    default: str | None = None  # a `${env:NAME}` or `${file:/path}` reference when secret
    secret: bool = False
    choices: tuple[str, ...] = ()  # for ENUM
    description: str = ""


@dataclass(frozen=True, slots=True)
class Viewport:
    """One window size; each gets a fresh browser context that plays all steps."""

    name: str
    width: int  # CSS px
    height: int  # CSS px
    scale: float = 1.0  # device pixels per CSS px
    mobile: bool = False  # touch, mobile layout and the meta viewport honoured
    user_agent: str | None = None


DESKTOP = Viewport("desktop", 1280, 800)


@dataclass(frozen=True, slots=True)
class Target:
    """How an element is found; exactly one of selector, role, label, text, placeholder, test_id is set."""

    selector: str | None = None
    role: str | None = None
    name: str | None = None  # accessible name, goes with role
    label: str | None = None
    text: str | None = None
    placeholder: str | None = None
    test_id: str | None = None
    frame: str | None = None  # selector of an iframe that holds it

    def __str__(self) -> str:
        if self.role:
            return f"{self.role} {self.name!r}" if self.name else self.role
        for kind in ("label", "text", "placeholder", "test_id"):
            if value := getattr(self, kind):
                return f"{kind} {value!r}"
        return self.selector or "(nothing)"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in image pixels, origin top left, half open: x <= column < x + width."""

    x: int
    y: int
    width: int
    height: int

    @property
    def area(self) -> int:
        return self.width * self.height


@dataclass(frozen=True, slots=True, kw_only=True)
class Somewhere:
    """What every action has."""

    only: tuple[str, ...] = ()  # the viewports on which it is done; empty: on all


@dataclass(frozen=True, slots=True)
class Goto(Somewhere):
    url: str  # relative to the playbook's base_url; may hold {{placeholders}}
    expect_status: int | None = None  # of the page's answer; None: any below 400
    verb: Literal["goto"] = "goto"


@dataclass(frozen=True, slots=True)
class Click(Somewhere):
    target: Target
    verb: Literal["click"] = "click"


@dataclass(frozen=True, slots=True)
class Fill(Somewhere):
    target: Target
    value: str
    verb: Literal["fill"] = "fill"


@dataclass(frozen=True, slots=True)
class Press(Somewhere):
    key: str
    target: Target | None = None
    verb: Literal["press"] = "press"


@dataclass(frozen=True, slots=True)
class WaitFor(Somewhere):
    target: Target
    state: Literal["visible", "hidden", "attached", "detached"] = "visible"
    timeout_seconds: float | None = None
    verb: Literal["wait_for"] = "wait_for"


@dataclass(frozen=True, slots=True)
class ExpectText(Somewhere):
    target: Target | None  # None: anywhere in the page
    equals: str | None = None  # exactly one of equals, contains is set
    contains: str | None = None
    verb: Literal["expect_text"] = "expect_text"


@dataclass(frozen=True, slots=True)
class ExpectVisible(Somewhere):
    target: Target
    verb: Literal["expect_visible"] = "expect_visible"


@dataclass(frozen=True, slots=True)
class ExpectUrl(Somewhere):
    pattern: str  # glob with * and **, as in `**/orders/*`
    verb: Literal["expect_url"] = "expect_url"


@dataclass(frozen=True, slots=True)
class ExpectPopup(Somewhere):
    """Goes on in the window that the action before opened, to the end of the step or until it closes itself."""

    pattern: str  # glob of its address, as ExpectUrl's
    verb: Literal["expect_popup"] = "expect_popup"


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
EXPECTATIONS = (ExpectText, ExpectVisible, ExpectUrl)


SLOW_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Step:
    id: str
    name: str
    actions: tuple[Action, ...]
    success_criteria: tuple[Action, ...] = ()  # expectations, checked after the actions
    instruction: str = ""  # prose for an agent
    timeout_seconds: float = 30.0  # for each action
    prose_criteria: tuple[str, ...] = ()  # in words, for an agent; the browser does not check them
    slow_seconds: float = SLOW_SECONDS  # what takes longer is a finding; for each action, as the time-out
    only: tuple[str, ...] = ()  # the viewports on which it is played; empty: on all

    def is_on(self, viewport: str) -> bool:
        """Whether a viewport plays it."""
        return not self.only or viewport in self.only

    def on(self, viewport: str) -> tuple[Action, ...]:
        """What a viewport does of it, in playing order: its actions, then its criteria."""
        whole = (*self.actions, *self.success_criteria) if self.is_on(viewport) else ()
        return tuple(action for action in whole if not action.only or viewport in action.only)


@dataclass(frozen=True, slots=True)
class PageRules:
    """What holds for every page of a playbook."""

    mask: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()  # selectors that must be visible before a picture
    block: tuple[str, ...] = ()  # URL globs that are never fetched
    hide: tuple[str, ...] = ()
    widths: tuple[FixedWidth, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingRules:
    """Which findings fail a run; `None` never does."""

    fail_on: Literal["error", "warning"] | None = "error"
    ignore: tuple[Ignore, ...] = ()


BROWSER = "browser"  # the runner that plays in this machine's Chromium


@dataclass(frozen=True, slots=True)
class Playbook:
    id: PlaybookId
    name: str
    steps: tuple[Step, ...]
    base_url: str = ""
    description: str = ""
    variables: tuple[Variable, ...] = ()
    viewports: tuple[Viewport, ...] = (DESKTOP,)
    page: PageRules = field(default_factory=PageRules)
    findings: FindingRules = field(default_factory=FindingRules)
    tags: tuple[str, ...] = ()

    @property
    def runner(self) -> str:
        """Who plays it; no key says so as long as there is one."""
        return BROWSER

    @property
    def rearranges(self) -> bool:
        """Whether a page is laid out otherwise for any of its pictures."""
        shots = [action for action in self.actions() if isinstance(action, TakeScreenshot)]
        return bool(self.page.hide or self.page.widths) or any(shot.hide or shot.widths for shot in shots)

    def actions(self) -> Iterator[Action]:
        """Every action and success criterion, in playing order."""
        for step in self.steps:
            yield from step.actions
            yield from step.success_criteria
