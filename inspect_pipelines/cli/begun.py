"""Whoever will execute a run, while it is still being asked for; imports little, so that it is soon there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.choose import engine_for
from inspect_pipelines.engine.plain import PlainEngine
from inspect_pipelines.ports.engine import Engine


@contextmanager
def begun(settings: Settings, origin: str) -> Iterator[Engine]:
    """An engine for a run of that origin; where it takes a process, that one loads from now on."""
    engine = engine_for(settings)
    if isinstance(engine, PlainEngine) and (settings.absolute_home() / "compiled").is_dir():
        engine.make_ready(origin)
    try:
        yield engine
    finally:
        engine.close()
