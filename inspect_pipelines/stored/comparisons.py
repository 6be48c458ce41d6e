"""How the comparisons of a run are kept: all in one text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.stored.shape import Shape


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Those of one run, in its order."""

    all: tuple[Comparison, ...]


def upgrade_comparisons_1_to_2(old: list[Any]) -> dict[str, Any]:
    """A bare list has no place for a version."""
    return {"all": old}


def upgrade_comparisons_2_to_3(kept: dict[str, Any]) -> dict[str, Any]:
    """A comparison may follow a person's earlier word; those of before follow none."""
    return {"all": [{**each, "said": None} for each in kept["all"]]}


def upgrade_comparisons_3_to_4(kept: dict[str, Any]) -> dict[str, Any]:
    """What was said may have been said on a branch; before, it was of the set itself."""
    said = [each["said"] and {**each["said"], "branch": ""} for each in kept["all"]]
    return {"all": [{**each, "said": one} for each, one in zip(kept["all"], said, strict=True)]}


def upgrade_comparisons_4_to_5(kept: dict[str, Any]) -> dict[str, Any]:
    """An outcome may be `not_run`; those of before were all looked at."""
    return kept


def upgrade_comparisons_5_to_6(kept: dict[str, Any]) -> dict[str, Any]:
    """A view that passes says how far it is from what a person approved; before, nobody measured that."""
    return {"all": [{**each, "absorbed": None} for each in kept["all"]]}


def upgrade_comparisons_6_to_7(kept: dict[str, Any]) -> dict[str, Any]:
    """It says which of several approved pictures it is about; before, a view had one."""
    return {"all": [{**each, "variant": "", "besides": []} for each in kept["all"]]}


COMPARISONS = Shape(
    "the comparisons of a run",
    Comparisons,
    upgrade_comparisons_1_to_2,
    upgrade_comparisons_2_to_3,
    upgrade_comparisons_3_to_4,
    upgrade_comparisons_4_to_5,
    upgrade_comparisons_5_to_6,
    upgrade_comparisons_6_to_7,
)
