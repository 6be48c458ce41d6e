"""Who executes a run now."""

from __future__ import annotations

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.addresses import ui_socket
from inspect_pipelines.engine.plain import PlainEngine
from inspect_pipelines.engine.state import read_state
from inspect_pipelines.ports.engine import Engine, Ticker
from resources.clock import SystemClock

TERMINATE_SECONDS = 1.0  # a cancel takes under 2 s, also when the Dagster UI hangs


def engine_for(settings: Settings) -> Engine:
    """The Dagster UI of a running `up`, else a process of its own for the run."""
    state = read_state(settings.absolute_home())
    if state is not None and state.ui_url is not None:
        from resources.dagster.graphql import (
            GraphqlEngine,
        )  # 0.2 s, which a run without `up` need not wait for

        engine = GraphqlEngine(state.ui_url, SystemClock(), socket=ui_socket(settings.absolute_home()))
        if engine.answers():
            return engine
        engine.close()
    return PlainEngine(settings)


def ticker_for(settings: Settings) -> Ticker | None:
    """Who ticks the schedules of a running `up`; None: none runs, or it has no Dagster UI to ask."""
    state = read_state(settings.absolute_home())
    if state is None or state.ui_url is None:
        return None
    from resources.dagster.ticker import DagsterTicker

    url = state.ui_url
    return DagsterTicker(lambda: url, SystemClock(), socket=ui_socket(settings.absolute_home()))


def terminators(settings: Settings) -> list[Engine]:
    """Who may be able to end a run, the likeliest first; each answers within about a second, or not at all.

    A run of a running `up` is ended by Dagster, so that Dagster knows why; one in a process of its own by a signal.
    """
    state = read_state(settings.absolute_home())
    plain: list[Engine] = [PlainEngine(settings)]
    if state is None or state.ui_url is None:
        return plain
    from resources.dagster.graphql import GraphqlEngine

    dagster = GraphqlEngine(
        state.ui_url,
        SystemClock(),
        socket=ui_socket(settings.absolute_home()),
        patience_seconds=0,
        answer_seconds=TERMINATE_SECONDS,
    )
    return [dagster, *plain]
