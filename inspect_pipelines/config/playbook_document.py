"""`kind: Playbook` as it is written; `config/playbooks.py` checks what it means and makes the domain's Playbook."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from inspect_pipelines.config.document import Document, Duration, OneOrMany, Shorthand, Texts
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.ignore import NEVER_IGNORED
from inspect_pipelines.domain.playbook import SLOW_SECONDS

KINDS_OF_TARGET = ("selector", "role", "label", "text", "placeholder", "test_id")
VERBS = (
    *("goto", "click", "fill", "press", "wait_for"),
    *("expect_text", "expect_visible", "expect_url", "expect_popup", "screenshot"),
)
EXPECTATIONS = ("expect_text", "expect_visible", "expect_url")
KINDS_IGNORED = tuple(kind.value for kind in FindingKind if kind not in NEVER_IGNORED)
NO_VERB_YET = "use the verbs " + ", ".join(VERBS)
NO_STEP_YET = "leave it out; every step is played"

Px = Annotated[int, Field(ge=1, le=10_000)]
Tolerance = Annotated[float, Field(ge=0, le=1)]
Only = Annotated[Texts, Field(min_length=1)]  # names of viewports


class OptionalTarget(Document):
    selector: str | None = None
    role: str | None = None
    name: str | None = None
    label: str | None = None
    text: str | None = None
    placeholder: str | None = None
    test_id: str | None = None
    frame: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> OptionalTarget:
        given = [kind for kind in KINDS_OF_TARGET if getattr(self, kind) is not None]
        if len(given) > 1:
            raise ValueError(f"{given[0]!r} and {given[1]!r} cannot go together; name the element in one way")
        if self.name is not None and self.role is None:
            raise ValueError("'name' is an element's accessible name and needs 'role' beside it")
        if self.frame is not None and not given:
            raise ValueError("'frame' alone names no element")
        if not given and self._needs_target():
            raise ValueError(f"names no element; use one of {', '.join(KINDS_OF_TARGET)}")
        return self

    def _needs_target(self) -> bool:
        return False


class TargetDocument(OptionalTarget):
    def _needs_target(self) -> bool:
        return True


class GotoDocument(Document):
    url: str
    expect_status: Annotated[int, Field(ge=200, le=599)] | None = None


class FillDocument(TargetDocument):
    value: str


class PressDocument(OptionalTarget):
    key: str


class WaitForDocument(TargetDocument):
    state: Literal["visible", "hidden", "attached", "detached"] = "visible"
    timeout: Duration | None = None


class ExpectTextDocument(OptionalTarget):
    equals: str | None = None
    contains: str | None = None

    @model_validator(mode="after")
    def _one_comparison(self) -> ExpectTextDocument:
        if (self.equals is None) == (self.contains is None):
            raise ValueError("needs exactly one of 'equals' and 'contains'")
        return self


class ExpectUrlDocument(Document):
    pattern: str


class ClipDocument(Document):
    x: Annotated[int, Field(ge=0)]
    y: Annotated[int, Field(ge=0)]
    width: Px
    height: Px


class MaskDocument(Document):
    selector: str
    width: Px | None = None


Masks = Annotated[list[Annotated[MaskDocument, Shorthand("selector")]], OneOrMany()]


class ScreenshotDocument(Document):
    name: str
    full_page: bool = True
    mask: Masks = Field(default_factory=list)
    hide: Texts = Field(default_factory=list)
    allow_large: bool = False
    clip: ClipDocument | None = None
    tolerance: Tolerance | None = None

    later: ClassVar[dict[str, str]] = dict.fromkeys(
        ("element", "region_budget", "layout_budget_px", "device"), "leave it out"
    )


class ExpectationDocument(Document):
    only: Only | None = None
    elsewhere: ClassVar[dict[str, str]] = {
        "expect_status": "write it at the goto: {url: /gone, expect_status: 404}"
    }

    expect_text: Annotated[ExpectTextDocument, Shorthand("contains")] | None = None
    expect_visible: Annotated[TargetDocument, Shorthand("selector")] | None = None
    expect_url: Annotated[ExpectUrlDocument, Shorthand("pattern")] | None = None


class ActionDocument(ExpectationDocument):
    goto: Annotated[GotoDocument, Shorthand("url")] | None = None
    click: Annotated[TargetDocument, Shorthand("selector")] | None = None
    fill: FillDocument | None = None
    press: Annotated[PressDocument, Shorthand("key")] | None = None
    wait_for: Annotated[WaitForDocument, Shorthand("selector")] | None = None
    expect_popup: Annotated[ExpectUrlDocument, Shorthand("pattern")] | None = None
    screenshot: Annotated[ScreenshotDocument, Shorthand("name")] | None = None

    later: ClassVar[dict[str, str]] = dict.fromkeys(
        ("request", "hover", "select", "check", "uncheck", "upload", "scroll", "drag", "use", "evaluate"),
        NO_VERB_YET,
    )

    @model_validator(mode="after")
    def _one_verb(self) -> ActionDocument:
        given = [verb for verb in VERBS if getattr(self, verb) is not None]
        if len(given) != 1:
            found = " and ".join(repr(verb) for verb in given) or "none"
            raise ValueError(f"an action has exactly one verb, found {found}")
        return self


class CriterionDocument(ExpectationDocument):
    text: str | None = None  # what it means to people; alone: prose that only an agent can check

    @model_validator(mode="after")
    def _one_expectation(self) -> CriterionDocument:
        given = [verb for verb in EXPECTATIONS if getattr(self, verb) is not None]
        if len(given) > 1 or (not given and self.text is None):
            raise ValueError(f"needs one of {', '.join(EXPECTATIONS)}, or 'text' for prose")
        return self


class StepDocument(Document):
    id: str
    name: str | None = None
    instruction: str = ""
    actions: list[ActionDocument] = Field(default_factory=list)
    success_criteria: list[Annotated[CriterionDocument, Shorthand("text")]] = Field(default_factory=list)
    timeout: Duration = 30.0
    slow: Duration = SLOW_SECONDS
    only: Only | None = None

    later: ClassVar[dict[str, str]] = dict.fromkeys(("when", "condition", "optional", "retries"), NO_STEP_YET)


class VariableDocument(Document):
    name: str
    type: Literal["string", "text", "url", "int", "boolean", "enum", "login", "sha", "path_list"] = "string"
    description: str = ""
    required: bool = False
    default: Any = None
    secret: bool = False
    choices: list[str] = Field(default_factory=list)


class ViewportDocument(Document):
    name: str
    device: str | None = None
    width: Px | None = None
    height: Px | None = None
    scale: Annotated[float, Field(gt=0, le=4)] | None = None
    mobile: bool | None = None
    user_agent: str | None = None

    later: ClassVar[dict[str, str]] = dict.fromkeys(
        ("color_scheme", "locale", "timezone", "browser", "orientation"), "leave it out"
    )


class PageDocument(Document):
    mask: Masks = Field(default_factory=list)
    hide: Texts = Field(default_factory=list)
    ready: Texts = Field(default_factory=list)
    block: Texts = Field(default_factory=list)

    later: ClassVar[dict[str, str]] = {
        "dismiss": "close the banner with ordinary actions in the first step",
        **dict.fromkeys(("freeze_time", "style", "headers", "cookies"), "leave it out"),
    }


def _one_of_kinds(schema: dict[str, Any]) -> None:
    """Let editors know the kinds, alone and in a list."""
    schema["anyOf"] = [
        {"enum": [*KINDS_IGNORED]},
        {"type": "array", "items": {"enum": [*KINDS_IGNORED]}},
    ]


class IgnoreDocument(Document):
    kind: Texts | None = Field(default=None, json_schema_extra=_one_of_kinds)
    text: str | None = None
    url: str | None = None
    reason: str
    until: str | None = None


class FindingsDocument(Document):
    fail_on: Literal["error", "warning", "never"] = "error"
    ignore: list[IgnoreDocument] = Field(default_factory=list)


class PlaybookMetadata(Document):
    id: str
    name: str | None = None
    description: str = ""
    author: str = ""
    tags: list[str] = Field(default_factory=list)
    created: str = ""
    updated: str = ""


class PlaybookSpec(Document):
    base_url: str = ""
    variables: list[VariableDocument] = Field(default_factory=list)
    viewports: list[ViewportDocument] = Field(default_factory=list)
    page: PageDocument = Field(default_factory=PageDocument)
    findings: FindingsDocument = Field(default_factory=FindingsDocument)
    steps: Annotated[list[StepDocument], Field(min_length=1)]

    later: ClassVar[dict[str, str]] = {
        "login": "log in with ordinary actions in the first step",
        "setup": "do it with ordinary actions in a first step",
        "teardown": "do it with ordinary actions in a last step",
        **dict.fromkeys(
            ("locale", "timezone", "browser", "network", "accessibility", "agent", "runner"), "leave it out"
        ),
    }


class PlaybookDocument(Document):
    api_version: Annotated[Literal["v1"], Field(alias="apiVersion")]
    kind: Literal["Playbook"]
    metadata: PlaybookMetadata
    spec: PlaybookSpec
