"""A live view of runs: a few lines that are written anew on a terminal, one line for each news where output is piped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from inspect_pipelines.cli.output import (
    COLOURS,
    MARKS,
    coloured,
    cut,
    say,
    style,
    terminal_width,
)
from inspect_pipelines.cli.seen import Seen
from inspect_pipelines.cli.step_lines import StepLines
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.config.settings import is_plain_terminal
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.queries.duration import short_duration

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
ENDED_SHOWN = 10  # ended runs that stay on the screen, the newest


class View(Protocol):
    """Shows runs as they go on."""

    def show(self, runs: Sequence[Seen]) -> None:
        """They are like this now."""


def view_of_one() -> View:
    """Of a single run: a few lines that are written anew on a terminal, else a line a step."""
    width = _living_width()
    return StepLines() if width is None else Screen(width)


def view_of_many() -> View:
    """Of all that are open: a few lines that are written anew on a terminal, else a line for each news."""
    width = _living_width()
    return Lines() if width is None else Screen(width)


def _living_width() -> int | None:
    return None if is_plain_terminal() else terminal_width()


class Screen:
    """Rewrites its lines in place."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._lines = 0
        self._turn = 0

    def show(self, runs: Sequence[Seen]) -> None:
        lines = self.lines(runs)
        say("\n".join(lines), over=self._lines)
        self._lines = len(lines)
        self._turn += 1

    def lines(self, runs: Sequence[Seen]) -> list[str]:
        """What stands on the screen now."""
        if not runs:
            return [cut(f"{self._spinner()} no run is open; Ctrl-C ends the watching", self._width)]
        ended = [one for one in runs if not one.run.status.is_open]
        shown = [*ended[-ENDED_SHOWN:], *(one for one in runs if one.run.status.is_open)]
        rows = [
            [
                self._mark(one),
                one.run.definition_id,
                one.run.id,
                short_duration(one.elapsed_seconds),
                says(one),
            ]
            for one in shown
        ]
        return aligned(["", "DEFINITION", "RUN", "FOR", "IT IS"], rows, width=self._width).splitlines()

    def _mark(self, progress: Seen) -> str:
        status = progress.run.status.value
        mark = self._spinner() if status == "running" else MARKS[status]
        return style(mark, fg=COLOURS.get(status))

    def _spinner(self) -> str:
        return SPINNER[self._turn % len(SPINNER)]


class Lines:
    """Prints a line when a run has something new to say."""

    def __init__(self) -> None:
        self._said: dict[RunId, tuple[str, str]] = {}

    def show(self, runs: Sequence[Seen]) -> None:
        for one in runs:
            now = (one.run.status.value, one.doing)
            if self._said.get(one.run.id) != now:
                self._said[one.run.id] = now
                say(
                    f"{one.run.id}  {one.run.definition_id}  {coloured(now[0])}  "
                    f"{short_duration(one.elapsed_seconds)}  {says(one)}"
                )


def says(progress: Seen) -> str:
    """What it is doing, and until when it may."""
    if progress.left_seconds is None:
        return progress.doing
    left = progress.left_seconds
    until = f"{short_duration(left)} left" if left >= 0 else f"{short_duration(-left)} over its time"
    return f"{progress.doing}, {until}"
