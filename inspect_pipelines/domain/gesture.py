"""Gestures: what a person does with hand and keyboard."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from inspect_pipelines.domain.target import Somewhere, Target


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
class DoubleClick(Somewhere):
    target: Target
    verb: Literal["dblclick"] = "dblclick"


@dataclass(frozen=True, slots=True)
class Type(Somewhere):
    """Key by key, as a field that reacts to each wants it."""

    target: Target
    value: str
    verb: Literal["type"] = "type"


@dataclass(frozen=True, slots=True)
class Hover(Somewhere):
    target: Target
    verb: Literal["hover"] = "hover"


@dataclass(frozen=True, slots=True)
class Check(Somewhere):
    target: Target
    verb: Literal["check"] = "check"


@dataclass(frozen=True, slots=True)
class Uncheck(Somewhere):
    target: Target
    verb: Literal["uncheck"] = "uncheck"


@dataclass(frozen=True, slots=True)
class Select(Somewhere):
    target: Target
    options: tuple[str, ...]  # by what they say, or by their values
    verb: Literal["select"] = "select"


@dataclass(frozen=True, slots=True)
class Drag(Somewhere):
    target: Target
    to: Target
    verb: Literal["drag"] = "drag"


@dataclass(frozen=True, slots=True)
class Scroll(Somewhere):
    target: Target | None = None  # None: the page
    to: Literal["view", "top", "bottom"] | None = (
        "view"  # where it is to be; what scrolls goes to its top or bottom
    )
    by_px: int | None = None  # instead of `to`; down, or up when negative
    verb: Literal["scroll"] = "scroll"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the project, as it was when the project was read."""

    name: str
    sha256: str
    content: str = field(repr=False, metadata={"is_untold": True})  # base64


@dataclass(frozen=True, slots=True)
class Upload(Somewhere):
    target: Target
    files: tuple[Attachment, ...]
    verb: Literal["upload"] = "upload"


@dataclass(frozen=True, slots=True)
class Download(Somewhere):
    """Clicks what is to bring a file, and looks at that."""

    target: Target
    file: str | None = None  # glob of its name
    min_bytes: int = 1
    max_bytes: int | None = None
    verb: Literal["download"] = "download"


Gesture = (
    Click
    | DoubleClick
    | Fill
    | Type
    | Press
    | Hover
    | Check
    | Uncheck
    | Select
    | Drag
    | Scroll
    | Upload
    | Download
)
GESTURES = (
    *(Click, DoubleClick, Fill, Type, Press, Hover, Check, Uncheck, Select, Drag, Scroll, Upload, Download),
)
