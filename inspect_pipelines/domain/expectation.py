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


EXPECTATIONS = (ExpectText, ExpectVisible, ExpectUrl)
