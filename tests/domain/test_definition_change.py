from __future__ import annotations

from dataclasses import replace

from builders import a_plan, a_playbook, a_schedule, a_source
from inspect_pipelines.domain.action import Goto
from inspect_pipelines.domain.channel import ChannelConfig, Person
from inspect_pipelines.domain.definition_change import (
    DefinitionChange,
    DefinitionChangeKind,
    FieldChange,
    changes_between,
    settings_between,
)
from inspect_pipelines.domain.gesture import Click
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.organization import Limits, Organization
from inspect_pipelines.domain.plan import BaselinePolicy, NotifyRule, RuleEvent
from inspect_pipelines.domain.playbook import Step
from inspect_pipelines.domain.target import Target
from inspect_pipelines.domain.trigger import Trigger


def fields_of(old, new) -> list[tuple[str, str | None, str | None]]:
    (change,) = changes_between([old], [new], {})
    assert change.kind is DefinitionChangeKind.CHANGE
    return [(field.path, field.old, field.new) for field in change.fields]


def test_equal_definitions_make_no_change():
    assert changes_between([a_schedule(), a_schedule("b")], [a_schedule("b"), a_schedule()], {}) == ()


def test_creations_and_changes_come_as_wanted_and_deletions_last_by_id():
    changed = a_schedule("b", cron="0 3 * * *")

    changes = changes_between(
        [a_schedule("z"), a_schedule("b"), a_schedule("y")],
        [changed, a_schedule("a")],
        {DefinitionId("z"): 12},
    )

    assert changes == (
        DefinitionChange(
            DefinitionChangeKind.CHANGE, changed, (FieldChange("cron", "0 2 * * *", "0 3 * * *"),)
        ),
        DefinitionChange(DefinitionChangeKind.CREATE, a_schedule("a")),
        DefinitionChange(DefinitionChangeKind.DELETE, a_schedule("y"), runs=0),
        DefinitionChange(DefinitionChangeKind.DELETE, a_schedule("z"), runs=12),
    )


def test_a_plans_fields_are_named_as_people_write_them():
    old = a_schedule(plan=a_plan(variables={"url": "https://a.test", "user": "ada"}))
    new = a_schedule(
        enabled=False,
        plan=a_plan(
            variables={"url": "https://b.test"}, baseline=BaselinePolicy(region_budget=3), timeout_minutes=45
        ),
    )

    assert fields_of(old, new) == [
        ("variables.url", "https://a.test", "https://b.test"),
        ("timeout_minutes", "30", "45"),
        ("baseline.region_budget", None, "3"),
        ("enabled", "true", "false"),
        ("variables.user", "ada", None),
    ]


def test_an_inserted_step_does_not_shift_those_that_follow():
    look = Step("look", "Look", (Goto("/"),))
    pay = Step("pay", "Pay", (Click(Target(selector="#pay")),))
    old = a_schedule(plan=a_plan(playbooks=(a_playbook(steps=(look,)),)))
    new = a_schedule(plan=a_plan(playbooks=(a_playbook(steps=(pay, replace(look, actions=(Goto("/x"),)))),)))

    paths = {path: (old, new) for path, old, new in fields_of(old, new)}

    assert paths["playbooks[shop].steps[look].actions[0].url"] == ("/", "/x")
    assert paths["playbooks[shop].steps[pay].actions[0].target.selector"] == (None, "#pay")
    assert not [path for path in paths if "steps[look]" in path and "url" not in path]


def test_a_rule_is_named_by_its_event_and_an_entry_without_a_name_by_its_number():
    old = a_schedule(plan=a_plan(notify=(NotifyRule(RuleEvent.ON_FAILURE, ("slack:#a",), mention=("@x",)),)))
    new = a_schedule(plan=a_plan(notify=(NotifyRule(RuleEvent.ON_FAILURE, ("slack:#b",), mention=("@y",)),)))

    assert fields_of(old, new) == [
        ("notify[on_failure].targets[0]", "slack:#a", "slack:#b"),
        ("notify[on_failure].mention[0]", "@x", "@y"),
    ]


def test_a_schedule_that_becomes_a_trigger_is_one_change():
    trigger = Trigger(
        DefinitionId("nightly-shop"), DEFAULT_ORG, "Nightly shop", "deployment.completed", a_plan()
    )

    changed = fields_of(a_schedule(), trigger)

    assert [
        field for field in changed if not field[0].startswith(("debounce", "delay", "drafts", "supersede"))
    ] == [
        ("event", None, "deployment.completed"),
        ("kind", "schedule", "trigger"),
        ("cron", "0 2 * * *", None),
        ("timezone", "America/New_York", None),
        ("catch_up", "latest", None),
        ("jitter_seconds", "0", None),
    ]


def test_an_entry_of_a_list_without_any_name_counts_by_its_number():
    old = a_schedule(plan=a_plan(playbooks=(a_playbook(steps=(Step("a", "A", (Goto("/"),)),)),)))
    new = a_schedule(plan=a_plan(playbooks=(a_playbook(steps=(Step("a", "A", (Goto("/"), Goto("/b"))),)),)))

    assert fields_of(old, new) == [
        ("playbooks[shop].steps[a].actions[1].url", None, "/b"),
        ("playbooks[shop].steps[a].actions[1].verb", None, "goto"),
    ]


def test_numbers_that_are_equal_never_read_as_a_difference():
    old = a_schedule(plan=a_plan(baseline=BaselinePolicy(tolerance=0.0)))
    new = a_schedule(name="New", plan=a_plan(baseline=BaselinePolicy(tolerance=0)))

    assert fields_of(old, new) == [("name", "Nightly shop", "New")]


def test_what_the_organizations_file_changes_is_named_too():
    """A source that came, or a limit that rose, passed `plan` as `nothing to change`."""
    old = Organization(
        DEFAULT_ORG, sources=(a_source(rate_per_minute=600),), people=(Person("ada", slack="U1"),)
    )
    new = Organization(
        DEFAULT_ORG,
        limits=Limits(organization=8),
        sources=(a_source(rate_per_minute=60),),
        channels=(ChannelConfig("qa", "slack"),),
    )

    found = {change.path: (change.old, change.new) for change in settings_between(old, new)}

    assert settings_between(old, old) == ()
    assert found["limits.organization"] == ("5", "8")
    assert found["sources[github-acme].rate_per_minute"] == ("600", "60")
    assert found["channels[qa].kind"] == (None, "slack")
    assert found["people[ada].slack"] == ("U1", None)


def test_what_a_file_takes_over_is_told_also_when_nothing_differs():
    same, renamed = a_schedule("a"), a_schedule("b", name="New")

    changes = changes_between([same, a_schedule("b")], [same, renamed], {}, {same.id, renamed.id})

    assert changes == (
        DefinitionChange(DefinitionChangeKind.TAKE_OVER, same),
        DefinitionChange(
            DefinitionChangeKind.TAKE_OVER, renamed, (FieldChange("name", "Nightly shop", "New"),)
        ),
    )
