"""An action as a playbook writes it: a mapping with one verb."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from inspect_pipelines.config.document import Document, Duration, Shorthand
from inspect_pipelines.config.expectation_document import ExpectationDocument, ExpectPopupDocument
from inspect_pipelines.config.gesture_document import ClickDocument, FillDocument, PressDocument
from inspect_pipelines.config.screenshot_document import ScreenshotDocument
from inspect_pipelines.config.target_document import TargetDocument
from inspect_pipelines.domain.action import Goto, WaitFor

# as people meet them: go there, do something, look
VERBS = (
    *("goto", "click", "fill", "press", "wait_for"),
    *("expect_text", "expect_visible", "expect_url", "expect_popup", "screenshot"),
)
NO_VERB_YET = "use the verbs " + ", ".join(VERBS)


class GotoDocument(Document):
    url: str
    expect_status: Annotated[int, Field(ge=200, le=599)] | None = None

    def action(self) -> Goto:
        return Goto(self.url, self.expect_status)


class WaitForDocument(TargetDocument):
    state: Literal["visible", "hidden", "attached", "detached"] = "visible"
    timeout: Duration | None = None

    def action(self) -> WaitFor:
        return WaitFor(self.target(), self.state, self.timeout)


class UseDocument(Document):
    fragment: str
    with_: Annotated[dict[str, str | int | float | bool], Field(alias="with")] = Field(default_factory=dict)

    def values(self) -> dict[str, str]:
        """Of its parameters, as texts."""
        return {
            name: str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in self.with_.items()
        }


class ActionDocument(ExpectationDocument):
    goto: Annotated[GotoDocument, Shorthand("url")] | None = None
    click: Annotated[ClickDocument, Shorthand("selector")] | None = None
    fill: FillDocument | None = None
    press: Annotated[PressDocument, Shorthand("key")] | None = None
    wait_for: Annotated[WaitForDocument, Shorthand("selector")] | None = None
    expect_popup: Annotated[ExpectPopupDocument, Shorthand("pattern")] | None = None
    screenshot: Annotated[ScreenshotDocument, Shorthand("name")] | None = None
    use: Annotated[UseDocument, Shorthand("fragment")] | None = None

    later: ClassVar[dict[str, str]] = dict.fromkeys(
        ("request", "hover", "select", "check", "uncheck", "upload", "scroll", "drag", "evaluate"),
        NO_VERB_YET,
    )

    @model_validator(mode="after")
    def _one_verb(self) -> ActionDocument:
        given = sorted(self.verbs(), key=(*VERBS, "use").index)
        if len(given) != 1:
            found = " and ".join(repr(verb) for verb in given) or "none"
            raise ValueError(f"an action has exactly one verb, found {found}")
        return self
