"""Who executes a run now."""

from __future__ import annotations

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.plain import PlainEngine
from inspect_pipelines.engine.state import read_state
from inspect_pipelines.ports import Engine
from resources.clock import SystemClock
from resources.dagster_graphql import GraphqlEngine


def engine_for(settings: Settings) -> Engine:
    """The Dagster UI of a running `up`, else a process of its own for the run."""
    state = read_state(settings.absolute_home())
    if state is not None and state.ui_url is not None:
        engine = GraphqlEngine(state.ui_url, SystemClock())
        if engine.answers():
            return engine
        engine.close()
    return PlainEngine(settings)
