"""A playbook: ordered steps that a browser plays, with typed variables and viewports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from inspect_pipelines.domain.action import Action, FixedWidth, TakeScreenshot
from inspect_pipelines.domain.evidence import EvidenceRules
from inspect_pipelines.domain.ids import PlaybookId
from inspect_pipelines.domain.ignore import Ignore
from inspect_pipelines.domain.kept_login import LoginRules
from inspect_pipelines.domain.page_setting import PLAIN, USUAL, Dismiss, Stub, Surroundings, Wire
from inspect_pipelines.domain.site_build import BuildSource
from inspect_pipelines.domain.target import Target


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
    surroundings: Surroundings = USUAL


DESKTOP = Viewport("desktop", 1280, 800)


SLOW_SECONDS = 10.0
WHEN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class When:
    """What must be so for a step to be played: all that is set."""

    visible: Target | None = None
    hidden: Target | None = None
    url: str | None = None  # glob, as ExpectUrl's
    variable: str | None = None  # has this value, or any but `false` and the empty text
    equals: str | None = None  # goes with variable
    within_seconds: float = WHEN_SECONDS  # how long the page may take to show it


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
    when: When | None = None  # None: always
    condition: str = ""  # when to play it, in words, for an agent
    optional: bool = False  # what fails in it fails nothing
    retries: int = 0  # how often it is played again when it fails
    manual: bool = False  # a person does it; the browser has nothing to play

    def is_on(self, viewport: str) -> bool:
        """Whether a viewport plays it."""
        return not self.only or viewport in self.only

    def on(self, viewport: str) -> tuple[Action, ...]:
        """What a viewport does of it, in playing order: its actions, then its criteria."""
        whole = (*self.actions, *self.success_criteria) if self.is_on(viewport) else ()
        return tuple(action for action in whole if not action.only or viewport in action.only)

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What only an agent or a person can tell of it, in words."""
        condition = (f"condition: {self.condition}",) if self.condition and self.when is None else ()
        return (*condition, *self.prose_criteria)


@dataclass(frozen=True, slots=True)
class PageRules:
    """What holds for every page of a playbook."""

    mask: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()  # selectors that must be visible before a picture
    block: tuple[str, ...] = ()  # URL globs that are never fetched
    hide: tuple[str, ...] = ()
    widths: tuple[FixedWidth, ...] = ()
    style: str = ""  # CSS that holds while a picture is taken
    dismiss: tuple[Dismiss, ...] = ()
    stubs: tuple[Stub, ...] = ()
    wire: Wire = PLAIN


@dataclass(frozen=True, slots=True)
class FindingRules:
    """Which findings fail a run; `None` never does."""

    fail_on: Literal["error", "warning"] | None = "error"
    ignore: tuple[Ignore, ...] = ()


BROWSER = "browser"  # the runner that plays in this machine's Chromium
OPEN_INSPECT = "open-inspect"  # an agent on an Open-Inspect control plane
RUNNERS = (BROWSER, OPEN_INSPECT)


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
    login: Step | None = (
        None  # first, in each viewport; its criteria are what must hold once one is logged in
    )
    login_rules: LoginRules = field(default_factory=LoginRules)
    setup: Step | None = None  # before the steps, in each viewport
    teardown: Step | None = None  # after them, whatever has happened
    runner: str | None = None  # who plays it, one of RUNNERS; None: whoever plays in this deployment
    evidence: EvidenceRules = field(default_factory=EvidenceRules)
    build: BuildSource | None = None  # None: nobody asks the site for its build

    @property
    def every_step(self) -> tuple[Step, ...]:
        """Its steps with what stands around them, in playing order."""
        around = (self.login, self.setup, *self.steps, self.teardown)
        return tuple(step for step in around if step is not None)

    @property
    def rearranges(self) -> bool:
        """Whether a page is laid out otherwise for any of its pictures."""
        shots = [action for action in self.actions() if isinstance(action, TakeScreenshot)]
        return bool(self.page.hide or self.page.widths or self.page.style) or any(
            shot.hide or shot.widths or shot.unroll for shot in shots
        )

    def actions(self) -> Iterator[Action]:
        """Every action and success criterion, in playing order."""
        for step in self.every_step:
            yield from step.actions
            yield from step.success_criteria
