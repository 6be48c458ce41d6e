"""The one incident of all definitions that another environment touches: it is over when none of them asks any more."""

from __future__ import annotations

from dataclasses import replace

from inspect_pipelines.domain.environment_change import SCOPE
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.incident import Incident


def is_of_environment(incident: Incident) -> bool:
    return incident.scope.startswith(SCOPE)


def left_by(incident: Incident, definition_id: DefinitionId) -> Incident | None:
    """It without a definition that has come to terms with the environment; None: no other one asks."""
    rest = tuple(one for one in incident.definitions if one != definition_id)
    return replace(incident, definitions=rest) if rest else None
