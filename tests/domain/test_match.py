from __future__ import annotations

from typing import Any

import pytest

from builders import a_merge, a_plan, a_playbook, a_trigger
from inspect_pipelines.config.pattern import found
from inspect_pipelines.domain.asked import Unknown
from inspect_pipelines.domain.condition import Condition, Operator
from inspect_pipelines.domain.event import Event, SourceKind
from inspect_pipelines.domain.ids import OrgId, SourceId
from inspect_pipelines.domain.match import (
    EVENT_KEYS,
    Fit,
    Match,
    ever_brings,
    lacking,
    match,
    may_concern,
)
from inspect_pipelines.domain.trigger import Authors, Trigger
from inspect_pipelines.domain.variable import EVENT_CONTEXT, Variable


def answer(event: Event, trigger: Trigger) -> Match:
    return match(event, trigger, search=found)


@pytest.mark.parametrize(
    ("event", "trigger", "reason"),
    [
        ({"org_id": OrgId("other")}, {}, "the event is of organisation 'other'"),
        ({"type": "push"}, {}, "the event is 'push', not 'pull_request.merged'"),
        ({}, {"enabled": False}, "'post-merge' is switched off (enabled: false)"),
        ({}, {"source": SourceId("other")}, "it came from source 'github-acme', not 'other'"),
        ({"repo": "acme/a_b"}, {"repo": "acme/a-b"}, "repository 'acme/a_b' is not 'acme/a-b'"),
        ({"repo": "acme/axb"}, {"repo": "acme/a_b"}, "repository 'acme/axb' is not 'acme/a_b'"),
        ({"repo": None}, {"repo": "acme/*"}, "repository 'unknown' is not 'acme/*'"),
        ({"branch": "dev"}, {"branches": ("main", "rel/*")}, "branch 'dev' is not in main, rel/*"),
        ({"branch": None}, {"branches": ("main",)}, "branch 'unknown' is not in main"),
        ({"environment": "staging"}, {"environment": "prod*"}, "environment 'staging' is not 'prod*'"),
        ({"environment": None}, {"environment": "prod"}, "environment 'unknown' is not 'prod'"),
        ({"is_draft": True}, {}, "it is a draft (drafts: true would take it)"),
        ({"labels": ("bug",)}, {"labels": ("ui", "css")}, "none of its labels (bug) is in ui, css"),
        ({}, {"labels": ("ui",)}, "none of its labels (it has none) is in ui"),
        (
            {"author": "renovate[bot]"},
            {"authors": Authors(exclude=("*[bot]",))},
            "author 'renovate[bot]' is excluded",
        ),
        ({"author": None}, {"authors": Authors(include=("@Ada",))}, "author 'unknown' is not in @Ada"),
        (
            {"type": "push", "author": None},
            {"event": "push", "authors": Authors(include=("@Bob",))},
            "author 'ada' is not in @Bob",
        ),
        (
            {"author": None, "actor": None},
            {"authors": Authors(include=("bob",))},
            "author 'unknown' is not in bob",
        ),
        ({"data": {"n": 1}}, {"conditions": (Condition("n", Operator.EQ, 2),)}, "'n' is 1, not eq 2"),
        ({"paths": ("a", "b")}, {"paths": ("src/**", "!x")}, "none of its 2 changed paths is in src/**, !x"),
        ({"paths": ()}, {"paths": ("**",)}, "none of its 0 changed paths is in **"),
    ],
)
def test_a_no_has_its_reason(event: dict[str, Any], trigger: dict[str, Any], reason: str):
    assert answer(a_merge(**event), a_trigger(**trigger)) == Match(Fit.NO, reason)


@pytest.mark.parametrize(
    ("event", "trigger", "reason"),
    [
        ({}, {}, "pull_request.merged acme/shop main"),
        ({"repo": None, "branch": None}, {}, "pull_request.merged"),
        ({"repo": "ACME/Shop"}, {"repo": "acme/sh*"}, "pull_request.merged ACME/Shop main"),
        ({"branch": "rel/1"}, {"branches": ("rel/**",)}, "pull_request.merged acme/shop rel/1"),
        ({"is_draft": True}, {"drafts": True}, "pull_request.merged acme/shop main"),
        ({"labels": ("UI",)}, {"labels": ("ui",)}, "pull_request.merged acme/shop main"),
        ({"author": "Ada"}, {"authors": Authors(("ada",), ("bob",))}, "pull_request.merged acme/shop main"),
        ({"paths": ("a", "src/b")}, {"paths": ("src/**",)}, "changed path 'src/b'"),
        (
            {"data": {"n": 1}},
            {"conditions": (Condition("n", Operator.EQ, 1),)},
            "pull_request.merged acme/shop main",
        ),
    ],
)
def test_a_merge_that_fits_in_every_respect_is_a_yes(
    event: dict[str, Any], trigger: dict[str, Any], reason: str
):
    assert answer(a_merge(**event), a_trigger(**trigger)) == Match(Fit.YES, reason)


def test_unknown_paths_are_not_no_paths_and_only_asked_for_when_all_else_fits():
    unknown, trigger = a_merge(paths=None), a_trigger(paths=("src/**",))

    assert answer(unknown, trigger) == Match(Fit.UNKNOWN, "its changed paths are not known")
    assert lacking(unknown, trigger, search=found) == (Unknown.PATHS,)
    assert not lacking(unknown, a_trigger(), search=found)
    assert not lacking(
        a_merge(paths=None, branch="dev"), a_trigger(paths=("src/**",), branches=("main",)), search=found
    )


@pytest.mark.parametrize(
    ("data", "labels", "expected"),
    [
        ({"label": "visual"}, ("visual", "bug"), Fit.YES),
        ({"label": "bug"}, ("visual", "bug"), Fit.NO),
        ({}, ("visual",), Fit.YES),
    ],
)
def test_a_labeled_event_is_about_the_label_that_was_added(data, labels, expected):
    event = a_merge(type="pull_request.labeled", data=data, labels=labels)

    assert answer(event, a_trigger(event="pull_request.labeled", labels=("visual",))).answer is expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"command": "/inspect", "arguments": "", "author_association": "OWNER"}, None),
        ({"command": "/inspect", "arguments": "post-merge now", "author_association": "MEMBER"}, None),
        ({"command": "/inspect", "arguments": None, "author_association": "COLLABORATOR"}, None),
        ({"command": None}, "the comment is no command; it would begin with /inspect"),
        (
            {"command": "/inspect", "arguments": "other", "author_association": "OWNER"},
            "the comment asks for 'other'",
        ),
        (
            {"command": "/inspect", "author_association": "NONE"},
            "author 'ada' may not command runs: to GitHub they are 'NONE'",
        ),
        ({"command": "/inspect"}, "author 'ada' may not command runs: to GitHub they are 'unknown'"),
    ],
)
def test_a_comment_is_a_command_of_people_who_may_give_one(data, expected):
    event = a_merge(type="issue_comment.created", data=data)

    found_answer = answer(event, a_trigger(event="issue_comment.created"))

    assert (found_answer.reason if found_answer.answer is Fit.NO else None) == expected


@pytest.mark.parametrize(
    ("kind", "delivery", "trigger", "concerned"),
    [
        (SourceKind.GITHUB, "pull_request", {}, True),
        (SourceKind.GITHUB, "push", {"event": "push"}, True),
        (SourceKind.GITHUB, "issues", {"event": "issue.created"}, True),
        (SourceKind.GITHUB, "issues", {"event": "issue_comment.created"}, False),
        (SourceKind.GITHUB, "deployment_status", {"event": "deployment.failed"}, True),
        (SourceKind.GITHUB, "pull_request", {"enabled": False}, False),
        (SourceKind.GITHUB, "pull_request", {"source": SourceId("other")}, False),
        (SourceKind.GITHUB, "pull_request", {"org_id": OrgId("other")}, False),
        (SourceKind.DEPLOY, "deploy", {"event": "deployment.completed"}, True),
        (SourceKind.GENERIC, "generic", {"event": "alert.fired", "source": SourceId("github-acme")}, True),
        (SourceKind.GENERIC, "generic", {"event": "alert.fired"}, False),
    ],
)
def test_an_event_that_could_not_be_read_concerns_the_triggers_on_its_kind(
    kind, delivery, trigger, concerned
):
    event = a_merge(type=delivery, source_kind=kind)

    assert may_concern(event, a_trigger(**trigger)) is concerned


FOCUS = Variable("focus", default="{{changed_paths}}")


@pytest.mark.parametrize(
    ("plan", "asked"),
    [
        ({"variables": {"focus": "look at {{ changed_paths }}"}}, True),
        ({"playbooks": (a_playbook(variables=(FOCUS,)),)}, True),
        ({"playbooks": (a_playbook(variables=(FOCUS,)),), "variables": {"focus": "all"}}, False),
        ({"playbooks": (a_playbook(variables=(Variable("focus"),)),)}, False),
    ],
)
def test_a_variable_that_holds_the_changed_paths_has_them_asked_for(plan, asked):
    """A trigger with `{{changed_paths}}` and no `paths` said no to every pull request: nobody had asked GitHub."""
    trigger = a_trigger(plan=a_plan(**plan))

    assert (answer(a_merge(paths=None), trigger).answer is Fit.UNKNOWN) is asked
    assert answer(a_merge(paths=()), trigger).answer is Fit.YES


@pytest.mark.parametrize(
    ("event", "name", "brought"),
    [
        ("pull_request.opened", "changed_paths", True),
        ("push", "changed_paths", True),
        ("deployment.completed", "changed_paths", False),
        ("deployment.completed", "deploy_url", True),
        ("push", "deploy_url", False),
        ("push", "commit_url", True),
        ("issue.created", "pr_url", False),
        ("alert.fired", "changed_paths", True),
        ("push", "actor", True),
        ("push.tag", "tag", True),
        ("push", "tag", False),
        ("status", "deploy_url", True),
        ("issue_comment.created", "changed_paths", True),
        ("issue_comment.created", "args.theme", True),
        ("alert.fired", "args.theme", False),
        ("push", "data.ref", True),
    ],
)
def test_what_an_event_never_brings_is_known_beforehand(event, name, brought):
    assert ever_brings(event, name) is brought


@pytest.mark.parametrize("name", EVENT_CONTEXT)
def test_each_placeholder_is_brought_by_some_event(name):
    assert any(ever_brings(event, name) for event in EVENT_KEYS)
