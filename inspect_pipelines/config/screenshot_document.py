"""Pictures and masks as a playbook writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from inspect_pipelines.config.document import Document, OneOrMany, Shorthand, Texts
from inspect_pipelines.config.target_document import TargetDocument
from inspect_pipelines.domain.action import FixedWidth, TakeScreenshot
from inspect_pipelines.domain.box import Box

Px = Annotated[int, Field(ge=1, le=10_000)]
Tolerance = Annotated[float, Field(ge=0, le=1)]


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
    unroll: Texts = Field(default_factory=list)
    allow_large: bool = False
    clip: ClipDocument | None = None
    element: Annotated[TargetDocument, Shorthand("selector")] | None = None
    tolerance: Tolerance | None = None

    later: ClassVar[dict[str, str]] = dict.fromkeys(
        ("region_budget", "layout_budget_px"), "the plan's holds for all pictures"
    )
    elsewhere: ClassVar[dict[str, str]] = {"device": "name it at a viewport, and the viewport in 'only'"}

    @model_validator(mode="after")
    def _one_part(self) -> ScreenshotDocument:
        if self.clip is not None and self.element is not None:
            raise ValueError("'clip' and 'element' cannot go together; keep one of them")
        if self.unroll and not self.full_page and self.element is None:
            raise ValueError("'unroll' makes the page longer than the window; take 'full_page: false' away")
        return self

    def action(self) -> TakeScreenshot:
        clip = self.clip
        return TakeScreenshot(
            self.name,
            full_page=self.full_page,
            mask=selectors(self.mask),
            allow_large=self.allow_large,
            clip=Box(clip.x, clip.y, clip.width, clip.height) if clip else None,
            tolerance=self.tolerance,
            hide=tuple(self.hide),
            widths=widths(self.mask),
            element=self.element.target() if self.element else None,
            unroll=tuple(self.unroll),
        )


def selectors(masks: Sequence[MaskDocument]) -> tuple[str, ...]:
    """Of all masks."""
    return tuple(mask.selector for mask in masks)


def widths(masks: Sequence[MaskDocument]) -> tuple[FixedWidth, ...]:
    """Of those that have one."""
    return tuple(FixedWidth(mask.selector, mask.width) for mask in masks if mask.width is not None)
