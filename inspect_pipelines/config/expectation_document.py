"""Expectations as a playbook writes them, among its actions and as criteria of a step."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from inspect_pipelines.config.document import Document, Shorthand, Texts
from inspect_pipelines.config.target_document import OptionalTarget, TargetDocument
from inspect_pipelines.domain.action import Action
from inspect_pipelines.domain.expectation import (
    ExpectAria,
    ExpectCount,
    ExpectHidden,
    ExpectPopup,
    ExpectResponse,
    ExpectText,
    ExpectTitle,
    ExpectUrl,
    ExpectValue,
    ExpectVisible,
)

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
Only = Annotated[Texts, Field(min_length=1)]  # names of viewports


class _Comparison(OptionalTarget):
    equals: str | None = None
    contains: str | None = None

    @model_validator(mode="after")
    def _one_comparison(self) -> _Comparison:
        if (self.equals is None) == (self.contains is None):
            raise ValueError("needs exactly one of 'equals' and 'contains'")
        return self


class ExpectTextDocument(_Comparison):
    def action(self) -> ExpectText:
        return ExpectText(self.optional_target(), self.equals, self.contains)


class ExpectValueDocument(_Comparison):
    def action(self) -> ExpectValue:
        return ExpectValue(self._target(), self.equals, self.contains)

    def _needs_target(self) -> bool:
        return True


class ExpectTitleDocument(Document):
    equals: str | None = None
    contains: str | None = None

    @model_validator(mode="after")
    def _one_comparison(self) -> ExpectTitleDocument:
        if (self.equals is None) == (self.contains is None):
            raise ValueError("needs exactly one of 'equals' and 'contains'")
        return self

    def action(self) -> ExpectTitle:
        return ExpectTitle(self.equals, self.contains)


class ExpectVisibleDocument(TargetDocument):
    def action(self) -> ExpectVisible:
        return ExpectVisible(self.target())


class ExpectHiddenDocument(TargetDocument):
    def action(self) -> ExpectHidden:
        return ExpectHidden(self.target())


class ExpectCountDocument(TargetDocument):
    equals: Annotated[int, Field(ge=0)] | None = None
    at_least: Annotated[int, Field(ge=0)] | None = None
    at_most: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _some_number(self) -> ExpectCountDocument:
        least, most = self.at_least, self.at_most
        if (self.equals is None) == (least is None and most is None):
            raise ValueError("needs 'equals', or 'at_least' or 'at_most' or both")
        if least is not None and most is not None and least > most:
            raise ValueError(f"'at_least' ({least}) is more than 'at_most' ({most})")
        return self

    def action(self) -> ExpectCount:
        if self.equals is not None:
            return ExpectCount(self.target(), self.equals, self.equals)
        return ExpectCount(self.target(), self.at_least or 0, self.at_most)


class ExpectResponseDocument(Document):
    url: str
    status: Annotated[int, Field(ge=100, le=599)] | None = None
    method: Method | None = None

    def action(self) -> ExpectResponse:
        return ExpectResponse(self.url, self.status, self.method)


class ExpectAriaDocument(OptionalTarget):
    snapshot: str

    def action(self) -> ExpectAria:
        return ExpectAria(self.snapshot, self.optional_target())


class ExpectUrlDocument(Document):
    pattern: str

    def action(self) -> ExpectUrl:
        return ExpectUrl(self.pattern)


class ExpectPopupDocument(Document):
    pattern: str

    def action(self) -> ExpectPopup:
        return ExpectPopup(self.pattern)


class ExpectationDocument(Document):
    only: Only | None = None
    elsewhere: ClassVar[dict[str, str]] = {
        "expect_status": "write it at the goto: {url: /gone, expect_status: 404}"
    }

    expect_text: Annotated[ExpectTextDocument, Shorthand("contains")] | None = None
    expect_visible: Annotated[ExpectVisibleDocument, Shorthand("selector")] | None = None
    expect_hidden: Annotated[ExpectHiddenDocument, Shorthand("selector")] | None = None
    expect_count: ExpectCountDocument | None = None
    expect_url: Annotated[ExpectUrlDocument, Shorthand("pattern")] | None = None
    expect_value: ExpectValueDocument | None = None
    expect_title: Annotated[ExpectTitleDocument, Shorthand("contains")] | None = None
    expect_response: Annotated[ExpectResponseDocument, Shorthand("url")] | None = None
    expect_aria: Annotated[ExpectAriaDocument, Shorthand("snapshot")] | None = None

    def verbs(self) -> list[str]:
        """Those that are written, in the order in which the documents list them."""
        not_verbs = ("only", "text")
        return [
            name
            for name in type(self).model_fields
            if name not in not_verbs and getattr(self, name) is not None
        ]

    def done(self) -> Action:
        """The first verb that is written, with the viewports that it is for."""
        action: Action = getattr(self, self.verbs()[0]).action()
        return replace(action, only=tuple(self.only or ()))


EXPECTATIONS = tuple(name for name in ExpectationDocument.model_fields if name != "only")


class CriterionDocument(ExpectationDocument):
    text: str | None = None  # what it means to people; alone: prose that only an agent can check

    @model_validator(mode="after")
    def _one_expectation(self) -> CriterionDocument:
        given = self.verbs()
        if len(given) > 1 or (not given and self.text is None):
            raise ValueError(f"needs one of {', '.join(EXPECTATIONS)}, or 'text' for prose")
        return self

    def expectation(self) -> Action | None:
        """None: it is prose."""
        return self.done() if self.verbs() else None
