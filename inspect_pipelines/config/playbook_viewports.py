"""Viewports of a playbook as they are written."""

from __future__ import annotations

from collections.abc import Callable

from inspect_pipelines.config.devices import DEVICES
from inspect_pipelines.config.playbook_document import ViewportDocument
from inspect_pipelines.config.problem import did_you_mean
from inspect_pipelines.config.reading import shown
from inspect_pipelines.domain.page_setting import Surroundings
from inspect_pipelines.domain.playbook import DESKTOP, Viewport

MAX_NAME = 100  # characters of a view's or viewport's name
Wrong = Callable[..., None]  # (sentence, *path)


def to_viewport(written: ViewportDocument, number: int, around: Surroundings, wrong: Wrong) -> Viewport:
    """The viewport; what is wrong with it is noted.

    Args:
        around: What the playbook says for all of them.
    """
    here = ("spec", "viewports", number)
    if "@" in written.name or "/" in written.name or not 0 < len(written.name) <= MAX_NAME:
        wrong(
            f"{shown(written.name)} must have 1 to {MAX_NAME} characters, none of them '/' or '@'",
            *here,
            "name",
        )
    device = DEVICES.get(written.device) if written.device else None
    if written.device and device is None:
        hint = did_you_mean(written.device, DEVICES) or f"; known are {', '.join(DEVICES)}"
        wrong(f"{shown(written.device)} is not a device of ours{hint}", *here, "device")
    elif device is None and (written.width is None or written.height is None):
        wrong("needs 'width' and 'height', or a 'device'", *here)
    base = Viewport(
        written.name,
        device.width if device else DESKTOP.width,
        device.height if device else DESKTOP.height,
        device.scale if device else DESKTOP.scale,
        device.mobile if device else False,
        device.user_agent if device else None,
    )
    width, height = written.width or base.width, written.height or base.height
    if written.orientation is not None and (width > height) != (written.orientation == "landscape"):
        width, height = height, width
    return Viewport(
        base.name,
        width,
        height,
        written.scale or base.scale,
        base.mobile if written.mobile is None else written.mobile,
        written.user_agent or base.user_agent,
        written.over(around),
    )
