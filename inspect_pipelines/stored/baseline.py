"""How a baseline is kept: approved pictures."""

from __future__ import annotations

from typing import Any

from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.stored.shape import Shape


def upgrade_baseline_1_to_2(kept: dict[str, Any]) -> dict[str, Any]:
    """It says whether it was deleted; before, none could be."""
    return {**kept, "deleted_at": None}


def upgrade_baseline_2_to_3(kept: dict[str, Any]) -> dict[str, Any]:
    """It knows the findings that were there when it was approved; before, none was known."""
    return {**kept, "findings": []}


def upgrade_baseline_3_to_4(kept: dict[str, Any]) -> dict[str, Any]:
    """There are more kinds of findings: an agent's."""
    return kept


def upgrade_baseline_4_to_5(kept: dict[str, Any]) -> dict[str, Any]:
    """There is one more kind of findings: `auth`."""
    return kept


def upgrade_baseline_5_to_6(kept: dict[str, Any]) -> dict[str, Any]:
    """A branch's layer knows which views are to be missing; those of before are no branch's."""
    return {**kept, "gone": []}


def upgrade_baseline_6_to_7(kept: dict[str, Any]) -> dict[str, Any]:
    """A picture that a rule put there knows what a person had approved; of before, it counts as approved itself."""
    return {
        **kept,
        "images": {view: {**image, "anchor": None} for view, image in kept["images"].items()},
    }


def upgrade_baseline_7_to_8(kept: dict[str, Any]) -> dict[str, Any]:
    """A view may have further approved pictures, each with its letter; of before, it has the one."""
    fresh = {"letter": "A", "variants": []}
    return {**kept, "images": {view: {**image, **fresh} for view, image in kept["images"].items()}}


BASELINE = Shape(
    "a baseline",
    Baseline,
    upgrade_baseline_1_to_2,
    upgrade_baseline_2_to_3,
    upgrade_baseline_3_to_4,
    upgrade_baseline_4_to_5,
    upgrade_baseline_5_to_6,
    upgrade_baseline_6_to_7,
    upgrade_baseline_7_to_8,
)
