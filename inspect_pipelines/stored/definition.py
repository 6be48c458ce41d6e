"""How schedules and triggers are kept, as last applied."""

from __future__ import annotations

from typing import Any

from inspect_pipelines.domain.debounce import usual_key
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.trigger import Definition, Trigger
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
from inspect_pipelines.stored.rule import with_targets
from inspect_pipelines.stored.shape import Shape


def upgrade_definition_1_to_2(kept: dict[str, Any]) -> dict[str, Any]:
    """A rule's targets are the same for every kind of channel."""
    plan = kept["plan"]
    return {**kept, "plan": {**plan, "notify": [with_targets(rule) for rule in plan.get("notify", [])]}}


def upgrade_definition_2_to_3(kept: dict[str, Any]) -> dict[str, Any]:
    """A step of a playbook says what is slow; before, nothing was."""
    plan = kept["plan"]
    playbooks = [
        {**one, "steps": [{"slow_seconds": 10.0, **step} for step in one["steps"]]}
        for one in plan["playbooks"]
    ]
    return {**kept, "plan": {**plan, "playbooks": playbooks}}


def upgrade_trigger_3_to_4(kept: dict[str, Any]) -> dict[str, Any]:
    """Where nobody had chosen what events must share, it hangs on their kind now."""
    debounce = kept.get("debounce") or {}
    if debounce.get("key", KEY_BEFORE_4) != KEY_BEFORE_4:
        return kept
    return {**kept, "debounce": {**debounce, "key": [key.value for key in usual_key(kept["event"])]}}


def upgrade_trigger_4_to_5(kept: dict[str, Any]) -> dict[str, Any]:
    """What events must share may be their data; nobody had chosen it."""
    return kept


def upgrade_schedule_3_to_4(kept: dict[str, Any]) -> dict[str, Any]:
    """A playbook may ignore findings, expect a status, and do some of it on some viewports only; before, none did."""
    plan = kept["plan"]
    return {**kept, "plan": {**plan, "playbooks": [_everywhere(one) for one in plan["playbooks"]]}}


def _everywhere(playbook: dict[str, Any]) -> dict[str, Any]:
    steps = [
        {
            "only": [],
            **step,
            **{key: [_action(one) for one in step.get(key, [])] for key in ("actions", "success_criteria")},
        }
        for step in playbook["steps"]
    ]
    return {**playbook, "steps": steps, "findings": {"ignore": [], **playbook.get("findings", {})}}


def _action(action: dict[str, Any]) -> dict[str, Any]:
    status = {"expect_status": None} if action["verb"] == "goto" else {}
    return {"only": [], **status, **action}


def upgrade_trigger_5_to_6(kept: dict[str, Any]) -> dict[str, Any]:
    """As a schedule from 3 to 4."""
    return upgrade_schedule_3_to_4(kept)


def upgrade_trigger_6_to_7(kept: dict[str, Any]) -> dict[str, Any]:
    """A newer event may end the run of an older one; before, it waited."""
    return kept


def upgrade_with_nothing_hidden(kept: dict[str, Any]) -> dict[str, Any]:
    """Playbooks may hide elements and give masks a width; before, none did."""
    nothing: dict[str, Any] = {"hide": [], "widths": []}

    def upgraded_action(action: dict[str, Any]) -> dict[str, Any]:
        return {**nothing, **action} if action["verb"] == "screenshot" else action

    plan = kept["plan"]
    playbooks = [
        {
            **one,
            "page": {**nothing, **one.get("page", {})},
            "steps": [
                {**step, "actions": [upgraded_action(action) for action in step["actions"]]}
                for step in one["steps"]
            ],
        }
        for one in plan["playbooks"]
    ]
    return {**kept, "plan": {**plan, "playbooks": playbooks}}


def upgrade_actions(kept: dict[str, Any]) -> dict[str, Any]:
    """A playbook may have one more action, `expect_popup`."""
    return kept


def upgrade_always_played(kept: dict[str, Any]) -> dict[str, Any]:
    """A step may have a `when`, be optional, be tried again or be a person's, and a playbook a login, a setup and a teardown."""
    plan = kept["plan"]
    return {**kept, "plan": {**plan, "playbooks": [always_played(one) for one in plan["playbooks"]]}}


def upgrade_plainly_found(kept: dict[str, Any]) -> dict[str, Any]:
    """There are two dozen verbs, an element is found by its title, place or surroundings too, and a picture may show one only."""
    plan = kept["plan"]
    return {**kept, "plan": {**plan, "playbooks": [plainly_found(one) for one in plan["playbooks"]]}}


def upgrade_usual_pages(kept: dict[str, Any]) -> dict[str, Any]:
    """Pages may be answered, dressed and surrounded otherwise; before, they were as they are for everybody."""
    plan = kept["plan"]
    return {**kept, "plan": {**plan, "playbooks": [usual_pages(one) for one in plan["playbooks"]]}}


def upgrade_with_runners(kept: dict[str, Any]) -> dict[str, Any]:
    """A playbook may say who plays it; before, a browser played all of them."""
    plan = kept["plan"]
    return {**kept, "plan": {**plan, "playbooks": [with_runner(one) for one in plan["playbooks"]]}}


def upgrade_unasked_build(kept: dict[str, Any]) -> dict[str, Any]:
    """A playbook may ask a site for its build; before, none did."""
    plan = kept["plan"]
    return {**kept, "plan": {**plan, "playbooks": [unasked_build(one) for one in plan["playbooks"]]}}


def upgrade_anew_each_time(kept: dict[str, Any]) -> dict[str, Any]:
    """A login may be kept; before, each viewport logged in anew."""
    plan = kept["plan"]
    return {**kept, "plan": {**plan, "playbooks": [anew_each_time(one) for one in plan["playbooks"]]}}


def upgrade_without_evidence(kept: dict[str, Any]) -> dict[str, Any]:
    """A playbook may want more evidence than pictures; before, what pages logged was kept and nothing else."""
    plan = kept["plan"]
    return {**kept, "plan": {**plan, "playbooks": [without_evidence(one) for one in plan["playbooks"]]}}


def upgrade_unlabelled(kept: dict[str, Any]) -> dict[str, Any]:
    """It may have tags, an owner and a priority, and a trigger a delay; before, none had."""
    return {**kept, "plan": {**kept["plan"], "priority": 0, "tags": [], "owner": ""}}


def upgrade_against_nothing(kept: dict[str, Any]) -> dict[str, Any]:
    """A plan may compare with another live address, or only observe; before, none did."""
    return {**kept, "plan": {"against": "", "observe": False, **kept["plan"]}}


def upgrade_fixed_tolerance(kept: dict[str, Any]) -> dict[str, Any]:
    """A view's noise may say its tolerance; before, the plan always did."""
    plan = kept["plan"]
    return {**kept, "plan": {**plan, "baseline": {**plan["baseline"], "is_auto": False}}}


def upgrade_rolled_up(kept: dict[str, Any]) -> dict[str, Any]:
    """A picture may lay out parts that scroll by themselves; before, none did."""
    plan = kept["plan"]
    return {**kept, "plan": {**plan, "playbooks": [rolled_up(one) for one in plan["playbooks"]]}}


def upgrade_one_after_another(kept: dict[str, Any]) -> dict[str, Any]:
    """Agents' sessions of a run may go on at once; before, they came in order."""
    return {**kept, "plan": {**kept["plan"], "max_parallel": 1}}


def upgrade_unlimited_cost(kept: dict[str, Any]) -> dict[str, Any]:
    """It may limit what agents cost; before, nothing did."""
    return {**kept, "plan": {**kept["plan"], "budget_usd": None}}


def upgrade_without_previews(kept: dict[str, Any]) -> dict[str, Any]:
    """A plan may say where previews of commits answer; before, none did."""
    return {**kept, "plan": {**kept["plan"], "preview_url": ""}}


KEY_BEFORE_4 = ["repo", "branch", "environment"]
SCHEDULE = Shape(
    "a schedule",
    Schedule,
    upgrade_definition_1_to_2,
    upgrade_definition_2_to_3,
    upgrade_schedule_3_to_4,
    upgrade_with_nothing_hidden,
    upgrade_actions,  # 5 to 6
    upgrade_always_played,
    upgrade_plainly_found,
    upgrade_usual_pages,
    upgrade_with_runners,
    upgrade_unasked_build,
    upgrade_anew_each_time,
    upgrade_without_evidence,
    upgrade_unlabelled,
    upgrade_against_nothing,
    upgrade_fixed_tolerance,
    upgrade_rolled_up,
    upgrade_one_after_another,
    upgrade_unlimited_cost,
    upgrade_without_previews,
)
TRIGGER = Shape(
    "a trigger",
    Trigger,
    upgrade_definition_1_to_2,
    upgrade_definition_2_to_3,
    upgrade_trigger_3_to_4,
    upgrade_trigger_4_to_5,
    upgrade_trigger_5_to_6,
    upgrade_trigger_6_to_7,
    upgrade_with_nothing_hidden,
    upgrade_actions,  # 8 to 9
    upgrade_always_played,
    upgrade_plainly_found,
    upgrade_usual_pages,
    upgrade_with_runners,
    upgrade_unasked_build,
    upgrade_anew_each_time,
    upgrade_without_evidence,
    upgrade_unlabelled,
    upgrade_against_nothing,
    upgrade_fixed_tolerance,
    upgrade_rolled_up,
    upgrade_one_after_another,
    upgrade_unlimited_cost,
    upgrade_without_previews,
)


def dump_definition(definition: Definition) -> str:
    """The JSON text to keep; `definition.kind` has to be kept beside it."""
    return SCHEDULE.dump(definition) if isinstance(definition, Schedule) else TRIGGER.dump(definition)


def load_definition(kind: str, text: str) -> Definition:
    """The schedule or trigger behind a text of `dump_definition`.

    Raises:
        Unreadable: It is damaged, or a newer inspect-pipelines wrote it.
    """
    return SCHEDULE.load(text) if kind == "schedule" else TRIGGER.load(text)
