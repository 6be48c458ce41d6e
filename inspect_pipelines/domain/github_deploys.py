"""Deployments at GitHub as events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from inspect_pipelines.domain.event import Event
from inspect_pipelines.domain.payload import NAME_CHARACTERS, TITLE_CHARACTERS, capped_data
from inspect_pipelines.domain.ref import branch_of, commit_of
from inspect_pipelines.domain.tolerant import Tolerant

DEPLOYMENT_STATES: Mapping[str, str] = {
    "success": "completed",
    "failure": "failed",
    "error": "failed",
    "inactive": "inactive",
}


def _deployment(base: Event, payload: Tolerant, action: str) -> Event:
    event = replace(
        _of_deployment(base, payload),
        type=f"deployment.{action}",
        event_time=payload.moment("deployment.created_at"),
        title=payload.text("deployment.description", TITLE_CHARACTERS),
        data=capped_data(_data_of_deployment(payload)),
    )
    return event if action == "created" else event.ignored("no trigger names this action")


def _deployment_status(base: Event, payload: Tolerant, action: str) -> Event:
    state = payload.strict.needed("deployment_status.state")
    event = _of_deployment(base, payload)
    event = replace(
        event,
        type=f"deployment.{DEPLOYMENT_STATES.get(state, state)}",
        event_time=payload.moment("deployment_status.created_at"),
        url=payload.url("deployment_status.environment_url") or payload.url("deployment_status.target_url"),
        title=payload.text("deployment_status.description", TITLE_CHARACTERS),
        data=capped_data(
            {
                "state": state,
                **_data_of_deployment(payload),
                "log_url": payload.text("deployment_status.log_url", NAME_CHARACTERS),
            }
        ),
    )
    return event if state in DEPLOYMENT_STATES else event.ignored(f"it is still {state!r}")


def _of_deployment(base: Event, payload: Tolerant) -> Event:
    sha, ref = payload.sha("deployment.sha"), payload.name("deployment.ref")
    return replace(
        base,
        branch=branch_of(ref, sha),
        sha=sha or commit_of(ref, sha),
        environment=payload.name("deployment_status.environment")
        or payload.strict.needed("deployment.environment"),
        author=payload.name("deployment.creator.login"),
    )


def _data_of_deployment(payload: Tolerant) -> dict[str, object]:
    return {
        "task": payload.name("deployment.task"),
        "deployment_id": payload.number("deployment.id"),
        "production": payload.flag("deployment.production_environment"),
        "transient": payload.flag("deployment.transient_environment"),
    }


DEPLOYS: Mapping[str, Callable[[Event, Tolerant, str], Event]] = {
    "deployment": _deployment,
    "deployment_status": _deployment_status,
}
