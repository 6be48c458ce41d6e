"""What a playbook of before is now, as definitions and libraries keep it."""

from __future__ import annotations

from typing import Any


def always_played(playbook: dict[str, Any]) -> dict[str, Any]:
    """A playbook of before, as it is kept now: every step was played once, and nothing stood around them."""
    step = {"when": None, "condition": "", "optional": False, "retries": 0, "manual": False}
    around = {"login": None, "setup": None, "teardown": None}
    return {**around, **playbook, "steps": [{**step, **each} for each in playbook["steps"]]}


def plainly_found(playbook: dict[str, Any]) -> dict[str, Any]:
    """A playbook of before, as it is kept now."""
    around = {key: playbook[key] and _plain_step(playbook[key]) for key in ("login", "setup", "teardown")}
    return {**playbook, **around, "steps": [_plain_step(step) for step in playbook["steps"]]}


def _plain_step(step: dict[str, Any]) -> dict[str, Any]:
    actions = {
        key: [_plain_action(one) for one in step.get(key, [])] for key in ("actions", "success_criteria")
    }
    when = step["when"]
    if when is not None:
        when = {**when, **{key: _plain_target(when.get(key)) for key in ("visible", "hidden")}}
    return {**step, **actions, "when": when}


def _plain_action(action: dict[str, Any]) -> dict[str, Any]:
    if action["verb"] == "screenshot":
        return {"element": None, **action}
    return {**action, "target": _plain_target(action["target"])} if "target" in action else action


def _plain_target(target: dict[str, Any] | None) -> dict[str, Any] | None:
    return target and {**dict.fromkeys(("title", "alt", "nth", "has", "within")), **target}


def usual_pages(playbook: dict[str, Any]) -> dict[str, Any]:
    """A playbook of before, as it is kept now."""
    wire: dict[str, Any] = {"headers": [], "cookies": [], "basic_auth": None, "ignores_https_errors": False}
    page = {"style": "", "dismiss": [], "stubs": [], "wire": wire}
    around: dict[str, Any] = {
        "surroundings": {
            "locale": "en-US",
            "timezone": "UTC",
            "color_scheme": "light",
            "latitude": None,
            "longitude": None,
            "permissions": [],
            "now": None,
        }
    }
    viewports = {"viewports": [{**around, **one} for one in playbook.get("viewports", [])]}
    return {
        **playbook,
        "page": {**page, **playbook["page"]},
        **(viewports if "viewports" in playbook else {}),
    }


def with_runner(playbook: dict[str, Any]) -> dict[str, Any]:
    """A playbook of before, as it is kept now."""
    return {"runner": None, **playbook}


def unasked_build(playbook: dict[str, Any]) -> dict[str, Any]:
    """The same for one playbook."""
    return {**playbook, "build": None}


def anew_each_time(playbook: dict[str, Any]) -> dict[str, Any]:
    """A playbook of before, as it is kept now; what had to hold stays among the actions of its login."""
    rules = {"is_kept": False, "state": "", "max_age_seconds": None, "until": "", "passkeys": False}
    return {"login_rules": rules, **playbook}


def without_evidence(playbook: dict[str, Any]) -> dict[str, Any]:
    """The same for one playbook."""
    return {**playbook, "evidence": {"trace": "off", "video": "off", "har": "off", "console": "always"}}


def rolled_up(playbook: dict[str, Any]) -> dict[str, Any]:
    """The same for one playbook."""

    def step(of: dict[str, Any]) -> dict[str, Any]:
        actions = [{"unroll": [], **one} if one["verb"] == "screenshot" else one for one in of["actions"]]
        return {**of, "actions": actions}

    around = {key: playbook[key] and step(playbook[key]) for key in ("login", "setup", "teardown")}
    return {**playbook, **around, "steps": [step(one) for one in playbook["steps"]]}
