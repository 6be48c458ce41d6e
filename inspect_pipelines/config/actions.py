"""Actions as they are written to the domain's actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from inspect_pipelines.config.playbook_document import (
    KINDS_OF_TARGET,
    ActionDocument,
    ExpectationDocument,
    MaskDocument,
    OptionalTarget,
    ScreenshotDocument,
)
from inspect_pipelines.domain.playbook import (
    Action,
    Box,
    Click,
    ExpectPopup,
    ExpectText,
    ExpectUrl,
    ExpectVisible,
    Fill,
    FixedWidth,
    Goto,
    Press,
    TakeScreenshot,
    Target,
    WaitFor,
)


def to_action(written: ActionDocument) -> Action:
    """The one verb of an action, with the viewports that it is for."""
    return replace(_verb(written), only=tuple(written.only or ()))


def _verb(written: ActionDocument) -> Action:
    if written.goto is not None:
        return Goto(written.goto.url, written.goto.expect_status)
    if written.click is not None:
        return Click(_target(written.click))
    if written.fill is not None:
        return Fill(_target(written.fill), written.fill.value)
    if written.press is not None:
        return Press(written.press.key, _optional_target(written.press))
    if written.wait_for is not None:
        return WaitFor(_target(written.wait_for), written.wait_for.state, written.wait_for.timeout)
    if written.expect_popup is not None:
        return ExpectPopup(written.expect_popup.pattern)
    if written.screenshot is not None:
        return _screenshot(written.screenshot)
    expectation = _expectation(written)
    assert expectation is not None, "the document has exactly one verb"
    return expectation


def to_expectation(written: ExpectationDocument) -> Action | None:
    """The expectation that is written; None for prose."""
    expectation = _expectation(written)
    return expectation and replace(expectation, only=tuple(written.only or ()))


def _expectation(written: ExpectationDocument) -> Action | None:
    if (text := written.expect_text) is not None:
        return ExpectText(_optional_target(text), text.equals, text.contains)
    if written.expect_visible is not None:
        return ExpectVisible(_target(written.expect_visible))
    if written.expect_url is not None:
        return ExpectUrl(written.expect_url.pattern)
    return None


def _screenshot(written: ScreenshotDocument) -> TakeScreenshot:
    clip = written.clip
    return TakeScreenshot(
        written.name,
        full_page=written.full_page,
        mask=selectors(written.mask),
        allow_large=written.allow_large,
        clip=Box(clip.x, clip.y, clip.width, clip.height) if clip else None,
        tolerance=written.tolerance,
        hide=tuple(written.hide),
        widths=widths(written.mask),
    )


def selectors(masks: Sequence[MaskDocument]) -> tuple[str, ...]:
    """Of all masks."""
    return tuple(mask.selector for mask in masks)


def widths(masks: Sequence[MaskDocument]) -> tuple[FixedWidth, ...]:
    """Of those that have one."""
    return tuple(FixedWidth(mask.selector, mask.width) for mask in masks if mask.width is not None)


def _optional_target(written: OptionalTarget) -> Target | None:
    names_one = any(getattr(written, kind) is not None for kind in KINDS_OF_TARGET)
    return _target(written) if names_one else None


def _target(written: OptionalTarget) -> Target:
    return Target(
        selector=written.selector,
        role=written.role,
        name=written.name,
        label=written.label,
        text=written.text,
        placeholder=written.placeholder,
        test_id=written.test_id,
        frame=written.frame,
    )
