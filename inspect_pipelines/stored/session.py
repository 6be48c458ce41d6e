"""How a session is kept: what a session of a run saw."""

from __future__ import annotations

from typing import Any

from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.stored.shape import Shape


def upgrade_session_1_to_2(kept: dict[str, Any]) -> dict[str, Any]:
    """There are more kinds of findings: `slow`, `broken_font`."""
    return kept


def upgrade_session_2_to_3(kept: dict[str, Any]) -> dict[str, Any]:
    """A finding knows what it is about, and whether the playbook ignores it."""
    return kept


def upgrade_session_3_to_4(kept: dict[str, Any]) -> dict[str, Any]:
    """A picture notes by which selectors its elements are found."""
    return {**kept, "screenshots": [{"selectors": [], **shot} for shot in kept.get("screenshots", [])]}


def upgrade_session_4_to_5(kept: dict[str, Any]) -> dict[str, Any]:
    """There are more kinds of findings: `dialog`, `popup`."""
    return kept


def upgrade_session_5_to_6(kept: dict[str, Any]) -> dict[str, Any]:
    """A step may have failed where it may, or be for a person: `optional_failed`, `not_checked`."""
    return kept


def upgrade_session_6_to_7(kept: dict[str, Any]) -> dict[str, Any]:
    """There are more kinds of findings: `dismissed`, `stub_unused`."""
    return kept


def upgrade_session_7_to_8(kept: dict[str, Any]) -> dict[str, Any]:
    """A finding may have been there when the baseline was approved, and a site may have said its build."""
    return kept


def upgrade_session_8_to_9(kept: dict[str, Any]) -> dict[str, Any]:
    """An agent may have played it, which has kinds of findings of its own."""
    return kept


def upgrade_session_9_to_10(kept: dict[str, Any]) -> dict[str, Any]:
    """It may have ended as `site_changed`, or have been made again because of that."""
    return kept


def upgrade_session_10_to_11(kept: dict[str, Any]) -> dict[str, Any]:
    """A session may end for want of a login, which is a kind of finding too: `auth`."""
    return kept


def upgrade_session_11_to_12(kept: dict[str, Any]) -> dict[str, Any]:
    """There may be files beside its pictures; before, there were none."""
    return {**kept, "files": []}


def upgrade_session_12_to_13(kept: dict[str, Any]) -> dict[str, Any]:
    """A session may have played at two addresses; before, none did."""
    return {"beside": None, **kept}


SESSION = Shape(
    "a session",
    SessionResult,
    upgrade_session_1_to_2,
    upgrade_session_2_to_3,
    upgrade_session_3_to_4,
    upgrade_session_4_to_5,
    upgrade_session_5_to_6,
    upgrade_session_6_to_7,
    upgrade_session_7_to_8,
    upgrade_session_8_to_9,
    upgrade_session_9_to_10,
    upgrade_session_10_to_11,
    upgrade_session_11_to_12,
    upgrade_session_12_to_13,
)
