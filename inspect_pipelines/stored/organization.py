"""How an organisation is kept: what organization.yaml says."""

from __future__ import annotations

from typing import Any

from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.stored.rule import with_options, with_targets
from inspect_pipelines.stored.shape import Shape


def upgrade_organization_1_to_2(kept: dict[str, Any]) -> dict[str, Any]:
    """A rule's targets, and a channel's options, are the same for every kind of channel."""
    rule = kept.get("budget_rule")
    return {
        **kept,
        "budget_rule": with_targets(rule) if rule else None,
        "channels": [with_options(channel) for channel in kept.get("channels", [])],
    }


def upgrade_organization_2_to_3(kept: dict[str, Any]) -> dict[str, Any]:
    """There are more kinds of sources; those of before are what they were."""
    return kept


def upgrade_organization_3_to_4(kept: dict[str, Any]) -> dict[str, Any]:
    """It says who makes pictures the approved ones; before, a person did."""
    return {**kept, "machines_finalize": False}


def upgrade_organization_4_to_5(kept: dict[str, Any]) -> dict[str, Any]:
    """It may trust workflows; before, it trusted none."""
    return kept


def upgrade_organization_5_to_6(kept: dict[str, Any]) -> dict[str, Any]:
    """It may name an identity provider; before, it had none."""
    return kept


def upgrade_organization_6_to_7(kept: dict[str, Any]) -> dict[str, Any]:
    """Workflows it trusts may be of another code host; before, all were of github.com."""
    issuer = {"url": "https://token.actions.githubusercontent.com", "allow_private": []}
    return {**kept, "workflows": [{**one, "issuer": issuer} for one in kept.get("workflows", [])]}


def upgrade_organization_7_to_8(kept: dict[str, Any]) -> dict[str, Any]:
    """It says how long what is kept; before, that was for ever until somebody pruned, and now as by default."""
    return kept


def upgrade_organization_8_to_9(kept: dict[str, Any]) -> dict[str, Any]:
    """It may say where its agents' control plane is; before, the environment did, and still may."""
    return kept


def upgrade_organization_9_to_10(kept: dict[str, Any]) -> dict[str, Any]:
    """It may limit what agents cost; before, nothing did."""
    return kept


def upgrade_organization_10_to_11(kept: dict[str, Any]) -> dict[str, Any]:
    """It may say who looks after which views; before, nobody was named."""
    return kept


def upgrade_organization_11_to_12(kept: dict[str, Any]) -> dict[str, Any]:
    """It may say how long facts stay in the history; before, they stayed for ever."""
    retention = kept.get("retention")
    return {**kept, "retention": {**retention, "facts": None}} if retention else kept


def upgrade_organization_12_to_13(kept: dict[str, Any]) -> dict[str, Any]:
    """It may say when owners hear of what they owe; before, they did not."""
    return kept


ORGANIZATION = Shape(
    "an organisation",
    Organization,
    upgrade_organization_1_to_2,
    upgrade_organization_2_to_3,
    upgrade_organization_3_to_4,
    upgrade_organization_4_to_5,
    upgrade_organization_5_to_6,
    upgrade_organization_6_to_7,
    upgrade_organization_7_to_8,
    upgrade_organization_8_to_9,
    upgrade_organization_9_to_10,
    upgrade_organization_10_to_11,
    upgrade_organization_11_to_12,
    upgrade_organization_12_to_13,
)
