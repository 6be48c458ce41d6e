"""How a library is kept: playbooks and calendars."""

from __future__ import annotations

from typing import Any

from inspect_pipelines.domain.library import Library
from inspect_pipelines.stored.kept_playbook import (
    always_played,
    anew_each_time,
    plainly_found,
    rolled_up,
    unasked_build,
    usual_pages,
    with_runner,
    without_evidence,
)
from inspect_pipelines.stored.shape import Shape


def upgrade_library_1_to_2(kept: dict[str, Any]) -> dict[str, Any]:
    """As definitions: steps may have a `when`."""
    return {**kept, "playbooks": [always_played(one) for one in kept["playbooks"]]}


def upgrade_library_2_to_3(kept: dict[str, Any]) -> dict[str, Any]:
    """As definitions: there are more verbs and ways to find an element."""
    return {**kept, "playbooks": [plainly_found(one) for one in kept["playbooks"]]}


def upgrade_library_3_to_4(kept: dict[str, Any]) -> dict[str, Any]:
    """As definitions: pages have settings."""
    return {**kept, "playbooks": [usual_pages(one) for one in kept["playbooks"]]}


def upgrade_library_4_to_5(kept: dict[str, Any]) -> dict[str, Any]:
    """As definitions: a playbook may say who plays it."""
    return {**kept, "playbooks": [with_runner(one) for one in kept["playbooks"]]}


def upgrade_library_5_to_6(kept: dict[str, Any]) -> dict[str, Any]:
    """As definitions: a playbook may ask a site for its build."""
    return {**kept, "playbooks": [unasked_build(one) for one in kept["playbooks"]]}


def upgrade_library_6_to_7(kept: dict[str, Any]) -> dict[str, Any]:
    """As definitions: logins may be kept."""
    return {**kept, "playbooks": [anew_each_time(one) for one in kept["playbooks"]]}


def upgrade_library_7_to_8(kept: dict[str, Any]) -> dict[str, Any]:
    """As definitions: a playbook may want more evidence."""
    return {**kept, "playbooks": [without_evidence(one) for one in kept["playbooks"]]}


def upgrade_library_8_to_9(kept: dict[str, Any]) -> dict[str, Any]:
    """As definitions: a picture may lay out parts that scroll by themselves."""
    return {**kept, "playbooks": [rolled_up(one) for one in kept["playbooks"]]}


LIBRARY = Shape(
    "a library",
    Library,
    upgrade_library_1_to_2,
    upgrade_library_2_to_3,
    upgrade_library_3_to_4,
    upgrade_library_4_to_5,
    upgrade_library_5_to_6,
    upgrade_library_6_to_7,
    upgrade_library_7_to_8,
    upgrade_library_8_to_9,
)
