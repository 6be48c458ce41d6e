"""Alert facts: what the history keeps of incidents and of messages."""

from __future__ import annotations

from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.facts.row import Row, timestamp


def notification_facts(notification: Notification) -> Row:
    """Kind `notification`: its latest state."""
    return {
        "notification": {
            "id": notification.id,
            "org_id": notification.org_id,
            "run_id": notification.run_id,
            "event": notification.event.value,
            "target": notification.target,
            "title": notification.title,
            "text": notification.text,
            "status": notification.status.value,
            "receipt": notification.receipt,
            "created_at": timestamp(notification.created_at),
            "sent_at": timestamp(notification.sent_at),
            "incident_id": notification.incident_id,
            "kind": notification.message.kind.value if notification.message else None,
            "attempts": notification.attempts,
        }
    }


def incident_facts(incident: Incident) -> Row:
    """Kind `incident`: its latest state."""
    return {
        "incident": {
            "id": incident.id,
            "org_id": incident.org_id,
            "kind": incident.kind.value,
            "scope": incident.scope,
            "fingerprint": incident.fingerprint,
            "keys": list(incident.keys),
            "definitions": list(incident.definitions),
            "state": incident.state,
            "sentence": incident.sentence,
            "runs_count": incident.runs,
            "first_run_id": incident.id,
            "last_run_id": incident.last_run_id,
            "told": list(incident.told),
            "opened_at": timestamp(incident.opened_at),
            "last_failed_at": timestamp(incident.last_failed_at),
            "announced_at": timestamp(incident.announced_at),
            "acknowledged_at": timestamp(incident.acknowledged_at),
            "acknowledged_by": incident.acknowledged_by or None,
            "known_by": incident.known_by or None,
            "note": incident.note or None,
            "resolved_at": timestamp(incident.resolved_at),
            "resolution": incident.resolution or None,
        }
    }
