"""Reasons at the top of a report: what is wrong, each sentence once, in the order of what stands below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from inspect_pipelines.domain.finding import Finding
from inspect_pipelines.domain.screenshot import View


def told_on_top(
    reasons: Iterable[str], views: Iterable[View], failing: Iterable[tuple[Finding, tuple[str, ...]]]
) -> tuple[str, ...]:
    """The verdict's reasons but for those of views, which stand below with their pictures.

    Args:
        reasons: The verdict's.
        views: Those that have a place of their own on the page.
        failing: The findings that fail the run, with the viewports that saw them.
    """
    of_views = tuple(f"{view}: " for view in views)
    found = list(failing)
    known = {
        f"{one.playbook}/{one.step_id}@{viewport}: {one.sentence}" for one, on in found for viewport in on
    }
    rest = [
        reason
        for reason in reasons
        if reason not in known
        and not reason.startswith(of_views)
        and not any(reason.endswith(f": {one.sentence}") for one, _ in found)
    ]
    return tuple(dict.fromkeys((*_told(found), *rest)))


def _told(failing: Iterable[tuple[Finding, tuple[str, ...]]]) -> Iterator[str]:
    for one, viewports in failing:
        on = f" on {' and '.join(viewports)}" if any(viewports) else ""
        yield f"{one.playbook}/{one.step_id}{on}: {one.sentence}"
