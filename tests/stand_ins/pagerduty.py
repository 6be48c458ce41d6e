"""PagerDuty's Events API v2: required fields, severities, limits, alerts by dedup key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from stand_ins.server import Request, Says, StandIn

ROUTING_KEY = "0123456789abcdef0123hunter2hunter"
SEVERITIES = {"critical", "error", "warning", "info"}
TOP = {"routing_key", "event_action", "dedup_key", "client", "client_url", "payload", "links", "images"}
PAYLOAD = {"summary", "source", "severity", "timestamp", "component", "group", "class", "custom_details"}


class PagerDuty(StandIn):
    def __init__(self) -> None:
        self.alerts: dict[str, str] = {}  # dedup key -> triggered, acknowledged, resolved
        self.events: list[dict[str, Any]] = []
        super().__init__()

    def answer(self, request: Request) -> Says:
        if request.path != "/v2/enqueue":
            return Says(404, "Not Found")
        if len(request.body) > 512 * 1024:
            return Says(413, "Payload Too Large")
        event = request.json()
        problems = problems_of(event)
        if problems:
            return Says(
                400, {"status": "invalid event", "message": "Event object is invalid", "errors": problems}
            )
        if event["event_action"] == "trigger" or event["dedup_key"] in self.alerts:
            self.alerts[event["dedup_key"]] = event["event_action"]
        self.events.append(event)
        return Says(202, {"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]})


def problems_of(event: dict[str, Any]) -> list[str]:
    found = [f"unknown {key}" for key in set(event) - TOP]
    if event.get("routing_key") != ROUTING_KEY:
        found.append("Invalid routing key")
    if event.get("event_action") not in ("trigger", "acknowledge", "resolve"):
        found.append("event_action")
    if not 1 <= len(event.get("dedup_key", "")) <= 255:
        found.append("dedup_key")
    if event.get("event_action") == "trigger":
        payload = event.get("payload", {})
        found += [f"unknown payload.{key}" for key in set(payload) - PAYLOAD]
        if not 1 <= len(payload.get("summary", "")) <= 1024:
            found.append("payload.summary")
        if not payload.get("source"):
            found.append("payload.source")
        if payload.get("severity") not in SEVERITIES:
            found.append("payload.severity")
        datetime.fromisoformat(payload["timestamp"])
    for link in event.get("links", []):
        if not link["href"].startswith(("http://", "https://")) or not link["text"]:
            found.append("links")
    return found
