"""The facts of baselines: a new one, an older one in use again, one that was deleted or restored."""

from __future__ import annotations

from datetime import datetime

from inspect_pipelines.domain.any_of import pictures
from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.ids import BaselineId, OrgId
from inspect_pipelines.facts.row import Row, environment_columns, timestamp


def baseline_facts(baseline: Baseline) -> Row:
    """Kind `baseline`: a new one, from now on the active one of its set."""
    screenshots = [
        {
            "playbook": view.playbook,
            "name": view.name,
            "viewport": view.viewport,
            "route": one.route,
            "sha256": one.sha256,
            "width_px": one.width,
            "height_px": one.height,
            "source_run_id": one.source_run_id,
            **({"variant": one.letter} if image.variants else {}),
        }
        for view, image in sorted(baseline.images.items())
        for one in pictures(image)
    ]
    return {
        "baseline": {
            "id": baseline.id,
            "org_id": baseline.org_id,
            "set_name": baseline.set,
            "screenshots": screenshots,
            "screenshots_count": len(screenshots),
            "created_at": timestamp(baseline.created_at),
            "created_by": baseline.created_by,
            "source_run_id": baseline.source_run_id,
            "notes": baseline.notes,
            **environment_columns(image.environment for image in baseline.images.values()),
            "deleted_at": timestamp(baseline.deleted_at),
        }
    }


def baseline_activated_facts(org_id: OrgId, set_name: str, baseline_id: BaselineId, at: datetime) -> Row:
    """Kind `baseline_activated`: an older (or newer) one is the active one of its set again."""
    row = {"id": baseline_id, "org_id": org_id, "set_name": set_name, "activated_at": timestamp(at)}
    return {"baseline": row}


def baseline_deleted_facts(baseline: Baseline) -> Row:
    """Kinds `baseline_deleted` and `baseline_restored`: whether it is deleted from now on."""
    deleted_at = timestamp(baseline.deleted_at)
    return {"baseline": {"id": baseline.id, "org_id": baseline.org_id, "deleted_at": deleted_at}}
