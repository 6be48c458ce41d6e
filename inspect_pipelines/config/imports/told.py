"""What became of each thing that another tool's file says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    CONVERTED = "converted"
    APPROXIMATED = "approximated"  # near, and how it differs is said
    LEFT_OUT = "not converted"


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the table that an import prints.

    Attributes:
        line: In the file that was read; 0: of no line.
        what: The key as it stands there.
        sentence: What it became, or why it did not.
    """

    line: int
    what: str
    fate: Fate
    sentence: str
