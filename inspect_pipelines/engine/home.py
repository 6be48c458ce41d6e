"""INSPECT_HOME, as what runs inside Dagster's own processes finds it."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from inspect_pipelines.config.settings import Settings


def home_of(instance: dg.DagsterInstance) -> Path:
    """The folder around DAGSTER_HOME; where others run Dagster, that is theirs, and INSPECT_HOME says where ours is."""
    around = Path(instance.root_directory).parent
    settings = Settings()
    return settings.absolute_home() if settings.dagster_url else around
