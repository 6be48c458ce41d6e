"""A run as it goes on, where output is piped: a line a step, and one whenever it begins something else."""

from __future__ import annotations

from collections.abc import Sequence

from inspect_pipelines.cli.output import say
from inspect_pipelines.cli.steps import step_line
from inspect_pipelines.queries.progress import Progress


class StepLines:
    """Prints what is new about one run; how it ended is for others to say."""

    def __init__(self) -> None:
        self._phase = ""
        self._is_named = False
        self._said: set[tuple[str, str, str]] = set()

    def show(self, runs: Sequence[Progress]) -> None:
        for one in runs:
            if not self._is_named:
                self._is_named = True
                say(f"run {one.run.id} of {one.run.definition_id!r}")
            self._say_steps(one)
            phase = one.doing.partition(": ")[0]
            if one.run.status.is_open and phase != self._phase:
                self._phase = phase
                say(f"… {phase}")

    def _say_steps(self, one: Progress) -> None:
        for told in one.steps:
            key = (told.session_id, told.result.viewport, told.result.step_id)
            if key not in self._said:
                self._said.add(key)
                say(f"  {step_line(told.result)}")
