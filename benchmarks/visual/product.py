"""The product's own verdict over two picture files, by its own rule and at its defaults."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inspect_pipelines.domain.comparison import Measurement, judge
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.imaging.pair import see_pair
from inspect_pipelines.imaging.picture import Pixels, decode

POLICY = BaselinePolicy()  # what a plan without a word about baselines gets

Rows = tuple[bytes | None, bytes | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the product says about a pair.

    Attributes:
        why: The rules that failed it; empty when it passes.
    """

    score: float
    why: tuple[str, ...]

    @property
    def is_failed(self) -> bool:
        return bool(self.why)


def answer(old: Path, new: Path, rows: Rows = (None, None)) -> Answer:
    """From the files' bytes to the verdict."""
    return judged(see_pair(old.read_bytes(), new.read_bytes(), rows=rows, describe=False).measurement)


def answer_without_quick_png(old: Path, new: Path, rows: Rows = (None, None)) -> Answer:
    """The same, with both pictures decoded as a whole by kornia-rs, whoever wrote them."""

    def read(png: bytes) -> Pixels:  # any reader but `decode` itself is asked for whole pictures
        return decode(png)

    seen = see_pair(old.read_bytes(), new.read_bytes(), rows=rows, read=read, describe=False)
    return judged(seen.measurement)


def judged(found: Measurement) -> Answer:
    """What the house's rule says of a measurement."""
    return Answer(found.score, judge(found, POLICY, POLICY.tolerance))
