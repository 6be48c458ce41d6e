"""Dagster's event log in PostgreSQL, in which a failure that is a site's has no stack of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster._serdes import ConfigurableClassData
from dagster_postgres.event_log import PostgresEventLogStorage
from dagster_postgres.utils import pg_url_from_config

from inspect_pipelines.engine.event_log import without_our_stack


class InspectPostgresEventLogStorage(PostgresEventLogStorage):
    """The same tables with the same content as Dagster's own; either can follow the other."""

    def store_event(self, event: dg.EventLogEntry) -> None:
        """Called by Dagster for every event of every run."""
        super().store_event(without_our_stack(event))

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> InspectPostgresEventLogStorage:
        """Called by Dagster."""
        return cls(pg_url_from_config(config_value), inst_data=inst_data)
