"""An action as a playbook writes it: a mapping with one verb."""

from __future__ import annotations

import json
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from inspect_pipelines.config.document import Document, Duration, Shorthand
from inspect_pipelines.config.expectation_document import ExpectationDocument, ExpectPopupDocument, Method
from inspect_pipelines.config.gesture_document import (
    CheckDocument,
    ClickDocument,
    DoubleClickDocument,
    DownloadDocument,
    DragDocument,
    FillDocument,
    HoverDocument,
    PressDocument,
    ScrollDocument,
    SelectDocument,
    TypeDocument,
    UncheckDocument,
    UploadDocument,
)
from inspect_pipelines.config.screenshot_document import ScreenshotDocument
from inspect_pipelines.config.target_document import TargetDocument
from inspect_pipelines.domain.action import AnswerDialog, Evaluate, Goto, Request, WaitFor

# as people meet them: go there, do something, look
VERBS = (
    *(
        "goto",
        "click",
        "dblclick",
        "fill",
        "type",
        "press",
        "hover",
        "check",
        "uncheck",
        "select",
        "drag",
        "scroll",
    ),
    *("upload", "download", "dialog", "request", "evaluate", "wait_for"),
    *(
        "expect_text",
        "expect_visible",
        "expect_hidden",
        "expect_count",
        "expect_url",
        "expect_value",
        "expect_title",
    ),
    *("expect_response", "expect_aria", "expect_popup", "screenshot"),
)


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


class DialogDocument(Document):
    answer: Literal["accept", "dismiss"]
    text: str | None = None
    value: str | None = None

    @model_validator(mode="after")
    def _accepted(self) -> DialogDocument:
        if self.value is not None and self.answer == "dismiss":
            raise ValueError("'value' is typed into a prompt that is accepted; write 'answer: accept'")
        return self

    def action(self) -> AnswerDialog:
        return AnswerDialog(self.answer, self.text, self.value)


class RequestDocument(Document):
    url: str
    method: Method = "GET"
    headers: dict[str, str] = Field(default_factory=dict)
    json_: Annotated[Any, Field(alias="json")] = None
    body: str | None = None
    expect_status: Annotated[int, Field(ge=100, le=599)] | None = None
    expect_text: str | None = None
    expect_json: Any = None

    @model_validator(mode="after")
    def _one_body(self) -> RequestDocument:
        if self.json_ is not None and self.body is not None:
            raise ValueError("'json' and 'body' cannot go together; keep one of them")
        if self.method in ("GET", "HEAD") and (self.json_ is not None or self.body is not None):
            raise ValueError(f"{self.method} has no body; write the 'method', for example POST")
        return self

    def action(self) -> Request:
        return Request(
            self.url,
            self.method,
            tuple(self.headers.items()),
            json_text(self.json_),
            self.body,
            self.expect_status,
            self.expect_text,
            json_text(self.expect_json),
        )


class EvaluateDocument(Document):
    script: str
    equals: Any = None

    def action(self) -> Evaluate:
        return Evaluate(self.script, json_text(self.equals))


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
    dblclick: Annotated[DoubleClickDocument, Shorthand("selector")] | None = None
    fill: FillDocument | None = None
    type: TypeDocument | None = None
    press: Annotated[PressDocument, Shorthand("key")] | None = None
    hover: Annotated[HoverDocument, Shorthand("selector")] | None = None
    check: Annotated[CheckDocument, Shorthand("selector")] | None = None
    uncheck: Annotated[UncheckDocument, Shorthand("selector")] | None = None
    select: SelectDocument | None = None
    drag: DragDocument | None = None
    scroll: Annotated[ScrollDocument, Shorthand("selector")] | None = None
    upload: UploadDocument | None = None
    download: Annotated[DownloadDocument, Shorthand("selector")] | None = None
    dialog: Annotated[DialogDocument, Shorthand("answer")] | None = None
    request: Annotated[RequestDocument, Shorthand("url")] | None = None
    evaluate: Annotated[EvaluateDocument, Shorthand("script")] | None = None
    wait_for: Annotated[WaitForDocument, Shorthand("selector")] | None = None
    expect_popup: Annotated[ExpectPopupDocument, Shorthand("pattern")] | None = None
    screenshot: Annotated[ScreenshotDocument, Shorthand("name")] | None = None
    use: Annotated[UseDocument, Shorthand("fragment")] | None = None

    elsewhere: ClassVar[dict[str, str]] = {
        **ExpectationDocument.elsewhere,
        "popup": "write what opens it, then {expect_popup: '**/terms'}: the step goes on in the new window",
    }

    @model_validator(mode="after")
    def _one_verb(self) -> ActionDocument:
        given = sorted(self.verbs(), key=(*VERBS, "use").index)
        if len(given) != 1:
            found = " and ".join(repr(verb) for verb in given) or "none"
            raise ValueError(f"an action has exactly one verb, found {found}")
        return self


def json_text(value: Any) -> str | None:
    """A value of a file as JSON text; None stays."""
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
