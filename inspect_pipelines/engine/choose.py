"""Who executes a run now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.addresses import ui_socket
from inspect_pipelines.engine.plain import PlainEngine
from inspect_pipelines.engine.state import read_state
from inspect_pipelines.ports.engine import Engine, Ticker
from resources.clock import SystemClock

TERMINATE_SECONDS = 1.0  # a cancel takes under 2 s, also when the Dagster UI hangs
TERMINATE_ELSEWHERE_SECONDS = 15.0  # nobody else could end it


@dataclass(frozen=True, slots=True)
class DagsterUi:
    """Where Dagster's UI is.

    Args:
        socket: That it listens on, as a part of `up` here; None: somebody else runs it.
    """

    url: str
    socket: Path | None


def dagster_ui(settings: Settings) -> DagsterUi | None:
    """The one that INSPECT_DAGSTER_URL or a running `up` names; None: there is none to ask."""
    if settings.dagster_url is not None:
        return DagsterUi(settings.dagster_url, None)
    state = read_state(settings.absolute_home())
    if state is None or state.ui_url is None:
        return None
    is_here = state.ui_url.startswith(state.web_url)
    return DagsterUi(state.ui_url, ui_socket(settings.absolute_home()) if is_here else None)


def engine_for(settings: Settings) -> Engine:
    """The Dagster UI, else a process of its own for the run; where others run Dagster, nothing but that."""
    ui = dagster_ui(settings)
    if ui is not None:
        from resources.dagster.graphql import (
            GraphqlEngine,
        )  # 0.2 s, which a run without `up` need not wait for

        engine = GraphqlEngine(ui.url, SystemClock(), socket=ui.socket)
        if ui.socket is None or engine.answers():
            return engine
        engine.close()
    return PlainEngine(settings)


def ticker_for(settings: Settings) -> Ticker | None:
    """Who ticks the schedules; None: nobody does, or there is no Dagster UI to ask."""
    ui = dagster_ui(settings)
    if ui is None:
        return None
    from resources.dagster.ticker import DagsterTicker

    return DagsterTicker(lambda: ui.url, SystemClock(), socket=ui.socket)


def terminators(settings: Settings) -> list[Engine]:
    """Who may be able to end a run, the likeliest first; each answers within about a second, or not at all.

    A run of a running `up` is ended by Dagster, so that Dagster knows why; one in a process of its own by a signal.
    """
    ui = dagster_ui(settings)
    plain: list[Engine] = [PlainEngine(settings)]
    if ui is None:
        return plain
    from resources.dagster.graphql import GraphqlEngine

    dagster = GraphqlEngine(
        ui.url,
        SystemClock(),
        socket=ui.socket,
        patience_seconds=0,
        answer_seconds=TERMINATE_SECONDS if ui.socket else TERMINATE_ELSEWHERE_SECONDS,
    )
    return [dagster, *plain] if ui.socket else [dagster]
