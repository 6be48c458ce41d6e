"""A run's log: what its own process printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.run import Run

LINES_SHOWN = 5_000  # the last ones; a page that talks much fills a log with hundreds of thousands
CHARACTERS_SHOWN = 2_000  # of a line

Printed = Callable[[Run], Iterable[str]]  # what a run's process printed, oldest first


@dataclass(frozen=True, slots=True)
class RunLog:
    id: RunId
    lines: tuple[str, ...]  # oldest first; empty: nothing was kept
    is_cut: bool  # the first ones are left out
