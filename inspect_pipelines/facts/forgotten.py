"""The fact that facts are forgotten: it travels with the others, so that a history made anew forgets them, too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from inspect_pipelines.domain.ids import OrgId

FORGOTTEN = "forgotten"  # its kind


def forgotten_facts(org_id: OrgId, before: datetime) -> dict[str, Any]:
    """What of an organisation ended or was told before this time (aware) goes; the sums of each day stay."""
    return {"forgotten": {"org_id": org_id, "before": before.isoformat()}}
