"""How an incident is kept: a cause over many runs."""

from __future__ import annotations

from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.stored.shape import Shape

INCIDENT = Shape("an incident", Incident)
