"""Start a run that somebody asked for in Dagster's UI by materializing its assets."""

from __future__ import annotations

from collections.abc import Callable

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.run import Run
from inspect_pipelines.ports.engine import Engine
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.launch import launch


def starter(house: House, engine: Callable[[], Engine]) -> Callable[[DefinitionId, str], tuple[Run, str]]:
    """Requests and launches runs of this house: (what to run, which Dagster run asks) -> (run, its Dagster run)."""

    def begin(definition_id: DefinitionId, asked_by: str) -> tuple[Run, str]:
        run = start.request(house, definition_id, {}, by="dagster", key=f"{asked_by}:{definition_id}")
        return run, launch(house, engine(), run)

    return begin
