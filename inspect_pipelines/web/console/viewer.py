"""What the viewer shows of two pictures: its sides, what differs by name, and where rows went."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Comparison, Region
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.sentence import told
from inspect_pipelines.domain.shift import Shift
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.pictures import shift_between

OLD, NEW, OVERLAY, ALIGNED = "old", "new", "overlay", "aligned"


@dataclass(frozen=True, slots=True)
class Side:
    """A picture of the view."""

    name: str  # of the four
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Place:
    """A region as its list names it."""

    region: Region
    old: Box | None  # where it stood in the old picture; None: nobody knows
    name: str
    masks: tuple[str, ...]


def places(
    found: Comparison | None, moved: Shift | None, masks: Callable[[Box], tuple[str, ...]]
) -> Iterator[Place]:
    """Every region of a comparison.

    Args:
        found: None: there was nothing to compare with.
        moved: Where rows went; None: nowhere, or nobody knows.
        masks: By which selectors a playbook masks what stands in a box.
    """
    for each in found.regions if found else ():
        yield Place(each, _before(each.box, found, moved), told(each), masks(each.box))


def shift_of(house: House, found: Comparison | None) -> Shift | None:
    """Where rows went; None: none moved, or nobody knows where."""
    if found is None or not found.layout_px or found.old_sha256 is None or found.new_sha256 is None:
        return None
    return shift_between(house, found.old_sha256, found.new_sha256)


def picture_at(run_id: str, sha256: Sha256) -> str:
    """The address of a picture that a run refers to."""
    return f"/runs/{run_id}/pictures/{sha256}"


def _before(box: Box, found: Comparison | None, moved: Shift | None) -> Box | None:
    """Where a region stood: as it stands when no rows moved."""
    if moved is not None:
        return moved.before(box)
    return box if found is None or not found.layout_px else None
