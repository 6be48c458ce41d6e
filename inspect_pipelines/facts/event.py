"""The fact of an event: what the history keeps of it; the payload is not among it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from inspect_pipelines.domain.event import Event


def event_facts(event: Event) -> dict[str, Any]:
    """Kind `event`: its newest state; told again whenever its status changes."""
    return {
        "event": {
            "id": event.id,
            "org_id": event.org_id,
            "source": event.source_id,
            "source_kind": event.source_kind.value,
            "source_delivery_id": event.source_delivery_id,
            "event_type": event.type,
            "status": event.status.value,
            "problem": event.problem,
            "repo": event.repo,
            "branch": event.branch,
            "sha": event.sha,
            "environment": event.environment,
            "url": event.url,
            "actor": event.actor,
            "author": event.author,
            "number": event.number,
            "title": event.title,
            "labels": list(event.labels),
            "is_draft": event.is_draft,
            "paths_count": None if event.paths is None else len(event.paths),
            "payload": dict(event.data),
            "event_time": _time(event.event_time),
            "received_at": _time(event.received_at),
        }
    }


def _time(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
