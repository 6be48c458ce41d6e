"""A baseline: pictures that a person (or the plan's policy) accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase

from inspect_pipelines.domain.ids import BaselineId, OrgId, RunId, Sha256
from inspect_pipelines.domain.screenshot import Environment, Masked, Screenshot, View


@dataclass(frozen=True, slots=True)
class BaselineImage:
    """One accepted picture."""

    sha256: Sha256
    width: int
    height: int
    environment: Environment
    source_run_id: RunId
    route: str = ""
    masked: tuple[Masked, ...] = ()


@dataclass(frozen=True, slots=True)
class Baseline:
    """Immutable; exactly one is active per organisation and set, the ledger sees to it."""

    id: BaselineId
    org_id: OrgId
    set: str
    images: Mapping[View, BaselineImage]
    created_at: datetime  # UTC
    created_by: str  # `user:NAME` or `policy:update_on_success`, `policy:first_run`
    source_run_id: RunId
    notes: str = ""
    is_active: bool = True


def image_of(shot: Screenshot, run_id: RunId) -> BaselineImage:
    """What a baseline keeps of a screenshot."""
    return BaselineImage(
        shot.sha256, shot.width, shot.height, shot.environment, run_id, shot.route, shot.masked
    )


def adopted(
    current: Baseline | None, shots: Iterable[Screenshot], run_id: RunId, view_glob: str | None = None
) -> dict[View, BaselineImage]:
    """The images of the baseline that follows when these screenshots are accepted.

    Without a glob the run's views replace the whole set, so a removed view leaves it. With a glob only the matching
    views change: those the run has are taken over, those only the current baseline has are dropped.
    """
    taken = {shot.view: image_of(shot, run_id) for shot in shots if view_matches(shot.view, view_glob)}
    if view_glob is None or current is None:
        return taken
    kept = {view: image for view, image in current.images.items() if not view_matches(view, view_glob)}
    return kept | taken


def view_matches(view: View, glob: str | None) -> bool:
    """Whether a glob means this view; it may name `playbook/name@viewport`, `name@viewport` or `name`."""
    if glob is None:
        return True
    spellings = (str(view), f"{view.name}@{view.viewport}", view.name)
    # A view may be named literally too: `[1]` in its name is no set of characters then.
    return any(spelling == glob or fnmatchcase(spelling, glob) for spelling in spellings)


def activated(baseline: Baseline, active: bool) -> Baseline:
    """The same baseline, in or out of use."""
    return replace(baseline, is_active=active)
