"""What making a run's pictures the approved ones left: the shape that CLI and REST share."""

from __future__ import annotations

from dataclasses import dataclass, field

from inspect_pipelines.domain.ids import IncidentId, RunId
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.queries.baselines import BaselineSummary
from inspect_pipelines.queries.json_shape import FLAT


@dataclass(frozen=True, slots=True)
class RejectionSummary:
    """What calling a run's pictures a defect left."""

    id: RunId
    incidents: tuple[IncidentId, ...]  # that are known from now on


@dataclass(frozen=True, slots=True)
class AdoptionSummary:
    baseline: BaselineSummary = field(metadata=FLAT)  # that is in use now
    taken: tuple[View, ...]  # whose pictures are the run's
    dropped: tuple[View, ...]  # that are gone from it
    unseen: tuple[View, ...]  # that the run did not come to; they stay as they were
    quarantined: tuple[View, ...]  # that were left out; naming them takes them
