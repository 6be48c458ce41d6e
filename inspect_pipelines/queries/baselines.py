"""Baselines: the approved pictures of each set, the ones in use and those before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.branch import layer
from inspect_pipelines.domain.ids import BaselineId, RunId, Sha256
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.spelling import nearest
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries import beginning
from inspect_pipelines.queries.page import Page, page_of, position_of


@dataclass(frozen=True, slots=True)
class BaselineSummary:
    id: BaselineId
    set: str
    is_active: bool
    created_at: datetime  # UTC
    created_by: str
    source_run_id: RunId
    notes: str
    views: Mapping[View, Sha256]
    deleted_at: datetime | None = None  # UTC; it is kept, and can be restored
    branch: str = (
        ""  # whose own pictures they are, over the target's; empty: the target's. `set` names the layer then
    )
    gone: tuple[View, ...] = ()  # of a branch's: views of the target that are approved to be missing
    variants: Mapping[View, tuple[Sha256, ...]] = field(
        default_factory=dict
    )  # what is right of a view as well


def list_baselines(
    house: House,
    set_name: str | None = None,
    *,
    branch: str | None = None,
    with_deleted: bool = False,
    cursor: str | None = None,
    limit: int = 1000,
) -> Page[BaselineSummary]:
    """A page of baselines, newest first by (created_at, id); of one set, or of all.

    Args:
        set_name: Of the target's own pictures, unless a branch is named.
        branch: Only a branch's own pictures, of one set or of all; `""`: only those of targets.
    """
    if set_name is not None and branch:
        set_name = layer(set_name, branch)
    before = position_of(cursor)
    with house.ledger.read() as ledger:
        found = ledger.baselines.all(
            set_name, before=before, limit=limit + 1, with_deleted=with_deleted, branch=branch
        )
    return page_of(found, limit, lambda one: Position(one.created_at, one.id)).of(_summary)


def baseline_with(house: House, baseline_id: str) -> BaselineSummary | None:
    """The baseline of exactly that id."""
    with house.ledger.read() as ledger:
        found = ledger.baselines.find(BaselineId(baseline_id))
    return _summary(found) if found else None


def find_baseline(house: House, text: str) -> BaselineId:
    """The id of the baseline that is meant by it, or by the beginning of it where only one begins so.

    Raises:
        NotFound: Nothing matches; the sentence names what is near.
        Refused: Several baselines begin so.
        UsageError: The beginning is too short to mean one.
    """
    typed = text.strip().lower()
    with house.ledger.read() as ledger:
        known = {str(one.id): one for one in ledger.baselines.all(with_deleted=True)}
    begun = [one for one in known if one.startswith(typed)] if typed else []
    if typed in known:
        return BaselineId(typed)
    if begun and len(typed) < beginning.SHORTEST:
        raise UsageError(
            f"baseline {text!r} is too short to mean one: type at least {beginning.SHORTEST} characters of its id"
        )
    if len(begun) > 1:
        some = ", ".join(f"{one} ({known[one].set})" for one in begun[: beginning.SHOWN])
        raise Refused(f"baseline {text!r} is not clear: several begin so ({some}); type more of the id")
    if not begun:
        near = nearest(typed, [*known])
        raise NotFound(
            f"baseline {text!r} does not exist{near}; list them with: inspect-pipelines baselines list"
        )
    return BaselineId(begun[0])


def _summary(baseline: Baseline) -> BaselineSummary:
    return BaselineSummary(
        baseline.id,
        baseline.set,
        baseline.is_active,
        baseline.created_at,
        baseline.created_by,
        baseline.source_run_id,
        baseline.notes,
        {view: image.sha256 for view, image in baseline.images.items()},
        baseline.deleted_at,
        baseline.branch,
        baseline.gone,
        {
            view: tuple(one.picture.sha256 for one in image.variants)
            for view, image in baseline.images.items()
            if image.variants
        },
    )
