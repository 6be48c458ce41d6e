"""`retention` of organization.yaml: how long what is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from inspect_pipelines.config.document import Document, Months

Days = Annotated[int, Field(ge=1, le=36_500)]


class RetentionDocument(Document):
    failing_pictures: Days = 90
    passing_pictures: Days = 14
    replaced_baselines: Days = 365
    evidence: Days = 90
    events: Days = 30
    messages: Days = 90
    payloads: Days = 30
    dagster_debug: Days = 7
    dagster_runs: Days = 60
    facts: Months = None
