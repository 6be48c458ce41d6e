"""Gestures as a playbook writes them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from inspect_pipelines.config.document import Shorthand, Size, Texts
from inspect_pipelines.config.target_document import OptionalTarget, TargetDocument
from inspect_pipelines.domain.gesture import (
    Attachment,
    Check,
    Click,
    DoubleClick,
    Download,
    Drag,
    Fill,
    Hover,
    Press,
    Scroll,
    Select,
    Type,
    Uncheck,
    Upload,
)

MOST_DOWNLOADED = 50_000_000  # bytes


class ClickDocument(TargetDocument):
    def action(self) -> Click:
        return Click(self.target())


class DoubleClickDocument(TargetDocument):
    def action(self) -> DoubleClick:
        return DoubleClick(self.target())


class FillDocument(TargetDocument):
    value: str

    def action(self) -> Fill:
        return Fill(self.target(), self.value)


class TypeDocument(TargetDocument):
    value: str

    def action(self) -> Type:
        return Type(self.target(), self.value)


class PressDocument(OptionalTarget):
    key: str

    def action(self) -> Press:
        return Press(self.key, self.optional_target())


class HoverDocument(TargetDocument):
    def action(self) -> Hover:
        return Hover(self.target())


class CheckDocument(TargetDocument):
    def action(self) -> Check:
        return Check(self.target())


class UncheckDocument(TargetDocument):
    def action(self) -> Uncheck:
        return Uncheck(self.target())


class SelectDocument(TargetDocument):
    option: Annotated[Texts, Field(min_length=1)]

    def action(self) -> Select:
        return Select(self.target(), tuple(self.option))


class DragDocument(TargetDocument):
    to: Annotated[TargetDocument, Shorthand("selector")]

    def action(self) -> Drag:
        return Drag(self.target(), self.to.target())


class ScrollDocument(OptionalTarget):
    to: Literal["view", "top", "bottom"] | None = None
    by: Annotated[int, Field(ge=-100_000, le=100_000)] | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> ScrollDocument:
        if self.to is not None and self.by is not None:
            raise ValueError("'to' and 'by' cannot go together; keep one of them")
        if self.optional_target() is None and self.by is None and self.to in (None, "view"):
            raise ValueError("says not where to; name an element, or write {to: bottom} or {by: 400}")
        return self

    def action(self) -> Scroll:
        to = None if self.by is not None else self.to or "view"
        return Scroll(self.optional_target(), to, self.by)


class UploadDocument(TargetDocument):
    file: Annotated[Texts, Field(min_length=1)]

    def action(self) -> Upload:
        """With names only: `config/attachments.py` reads what stands in them."""
        return Upload(self.target(), tuple(Attachment(name, "", "") for name in self.file))


class DownloadDocument(TargetDocument):
    file: str | None = None
    min_size: Size = 1
    max_size: Size | None = None

    @model_validator(mode="after")
    def _some_size(self) -> DownloadDocument:
        if self.max_size is not None and not self.min_size <= self.max_size <= MOST_DOWNLOADED:
            raise ValueError(
                f"'max_size' is from 'min_size' ({self.min_size}) to {MOST_DOWNLOADED} bytes (50MB)"
            )
        return self

    def action(self) -> Download:
        return Download(self.target(), self.file, self.min_size, self.max_size)
