"""Builders of incidents and of what leads to them."""

from __future__ import annotations

from typing import Any

from builders import NOW, a_run
from inspect_pipelines.domain.cause import Cause, CauseKind
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, IncidentId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.run import Run, RunStatus

OWN = "definition:nightly-shop"


def a_cause(*keys: str, **changes: Any) -> Cause:
    values: dict[str, Any] = {"kind": CauseKind.FINDING, "scope": OWN, "keys": keys or ("finding shop/pay",)}
    return Cause(**(values | changes))


def an_incident(**changes: Any) -> Incident:
    cause = a_cause(*changes.pop("of", ()))
    values: dict[str, Any] = {
        "id": IncidentId(a_run().id),
        "org_id": DEFAULT_ORG,
        "kind": cause.kind,
        "scope": cause.scope,
        "keys": cause.keys,
        "fingerprint": cause.fingerprint,
        "definitions": (DefinitionId("nightly-shop"),),
        "sentence": "shop/pay: expected text 'Thank you', found 'Sorry'",
        "opened_at": NOW,
        "last_failed_at": NOW,
        "last_run_id": a_run().id,
    }
    return Incident(**(values | changes))


def an_ended_run(number: int = 1, status: RunStatus = RunStatus.FAILED, **changes: Any) -> Run:
    reason = changes.pop("reason", "it is broken")
    return a_run(number, **changes).claimed(f"d{number}", now=NOW).concluded(status, reason, now=NOW)
