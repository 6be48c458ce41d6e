"""Expectations: what must hold of a page; one that does not is a finding, and the playing goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from inspect_pipelines.domain.target import Somewhere, Target


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
class ExpectHidden(Somewhere):
    target: Target
    verb: Literal["expect_hidden"] = "expect_hidden"


@dataclass(frozen=True, slots=True)
class ExpectCount(Somewhere):
    target: Target
    least: int = 0
    most: int | None = None
    verb: Literal["expect_count"] = "expect_count"


@dataclass(frozen=True, slots=True)
class ExpectValue(Somewhere):
    """Of a field."""

    target: Target
    equals: str | None = None  # exactly one of equals, contains is set
    contains: str | None = None
    verb: Literal["expect_value"] = "expect_value"


@dataclass(frozen=True, slots=True)
class ExpectTitle(Somewhere):
    """Of the page."""

    equals: str | None = None  # exactly one of equals, contains is set
    contains: str | None = None
    verb: Literal["expect_title"] = "expect_title"


@dataclass(frozen=True, slots=True)
class ExpectResponse(Somewhere):
    """To something that the page has asked for since the step began."""

    url: str  # glob, as ExpectUrl's
    status: int | None = None  # None: any below 400
    method: str | None = None
    verb: Literal["expect_response"] = "expect_response"


@dataclass(frozen=True, slots=True)
class ExpectAria(Somewhere):
    """What assistive technology is told, in Playwright's YAML; lines that are not written may be there too."""

    snapshot: str
    target: Target | None = None  # None: the page
    verb: Literal["expect_aria"] = "expect_aria"


Expectation = (
    ExpectText
    | ExpectVisible
    | ExpectHidden
    | ExpectCount
    | ExpectUrl
    | ExpectValue
    | ExpectTitle
    | ExpectResponse
    | ExpectAria
)
EXPECTATIONS = (
    ExpectText,
    ExpectVisible,
    ExpectHidden,
    ExpectCount,
    ExpectUrl,
    ExpectValue,
    ExpectTitle,
    ExpectResponse,
    ExpectAria,
)
