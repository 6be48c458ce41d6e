"""The one incident of all definitions that another environment touches: it is over when none of them asks any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from inspect_pipelines.domain.environment_change import SCOPE
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.incident import Incident

AGAIN = timedelta(days=7)  # two hosts that differ take turns for as long as nobody makes them alike
WENT_BACK = "went back: "  # how the resolution begins of one that no person has settled


def is_of_environment(incident: Incident) -> bool:
    return incident.scope.startswith(SCOPE)


def left_by(incident: Incident, definition_id: DefinitionId) -> Incident | None:
    """It without a definition that has come to terms with the environment; None: no other one asks."""
    rest = tuple(one for one in incident.definitions if one != definition_id)
    return replace(incident, definitions=rest) if rest else None


def gone_back(incident: Incident, run: str, *, at: datetime) -> Incident:
    """Over for now, since no definition's newest run asks; nobody is told, for the next host may ask again.

    Args:
        run: What its last definition did, `run ID passed`.
    """
    return replace(incident, resolved_at=at, resolution=f"{WENT_BACK}{run}")


def come_back(fresh: Incident, last: Incident | None, *, at: datetime) -> Incident:
    """One that is opened anew, with whom was told of the last one lately: they have heard of it.

    Args:
        last: The newest of the same change; None: there was none.
    """
    if last is None or last.told_at is None or not last.resolution.startswith(WENT_BACK):
        return fresh
    if at - last.told_at >= AGAIN:
        return fresh
    return replace(fresh, announced_at=last.announced_at, told_at=last.told_at, told=last.told)
