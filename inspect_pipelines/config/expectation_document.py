"""Expectations as a playbook writes them, among its actions and as criteria of a step."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from inspect_pipelines.config.document import Document, Shorthand, Texts
from inspect_pipelines.config.target_document import OptionalTarget, TargetDocument
from inspect_pipelines.domain.action import Action
from inspect_pipelines.domain.expectation import ExpectPopup, ExpectText, ExpectUrl, ExpectVisible

Only = Annotated[Texts, Field(min_length=1)]  # names of viewports


class ExpectTextDocument(OptionalTarget):
    equals: str | None = None
    contains: str | None = None

    @model_validator(mode="after")
    def _one_comparison(self) -> ExpectTextDocument:
        if (self.equals is None) == (self.contains is None):
            raise ValueError("needs exactly one of 'equals' and 'contains'")
        return self

    def action(self) -> ExpectText:
        return ExpectText(self.optional_target(), self.equals, self.contains)


class ExpectVisibleDocument(TargetDocument):
    def action(self) -> ExpectVisible:
        return ExpectVisible(self.target())


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
    expect_url: Annotated[ExpectUrlDocument, Shorthand("pattern")] | None = None

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
