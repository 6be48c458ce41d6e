"""A run as it goes on, where output is piped: a line a step, and one for whatever else takes long."""

from __future__ import annotations

from collections.abc import Sequence

from inspect_pipelines.cli.output import say
from inspect_pipelines.cli.seen import Seen
from inspect_pipelines.cli.steps import step_line
from inspect_pipelines.domain.session import ToldStep

LONG_SECONDS = 15.0  # in which nothing new was to say


class StepLines:
    """Prints what is new about one run; how it ended is for others to say."""

    def __init__(self) -> None:
        self._is_named = False
        self._said: set[tuple[str, str, str]] = set()
        self._session = ""
        self._doing = ""
        self._since = 0.0  # of what it does, on the run's own count
        self._is_told = False

    def show(self, runs: Sequence[Seen]) -> None:
        for one in runs:
            if not self._is_named:
                self._is_named = True
                say(f"run {one.run.id} of {one.run.definition_id!r}")
            for told in one.steps:
                self._say_step(told)
            if one.run.status.is_open:
                self._say_when_long(one)

    def _say_step(self, told: ToldStep) -> None:
        key = (told.session_id, told.result.viewport, told.result.step_id)
        if key in self._said:
            return
        self._said.add(key)
        if told.session_id != self._session:
            self._session = told.session_id
            say(f"{told.playbook}{f', attempt {told.attempt}' if told.attempt > 1 else ''}")
        say(f"  {step_line(told.result)}")

    def _say_when_long(self, one: Seen) -> None:
        if one.doing != self._doing or one.elapsed_seconds < self._since:  # a claim begins to count anew
            self._doing, self._since, self._is_told = one.doing, one.elapsed_seconds, False
        elif not self._is_told and one.elapsed_seconds - self._since >= LONG_SECONDS:
            self._is_told = True
            say(f"… {one.doing}")
