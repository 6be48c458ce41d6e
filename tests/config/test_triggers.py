"""What a trigger may say, and what it may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from inspect_pipelines.config.pattern import checked_pattern, found
from inspect_pipelines.domain.condition import Condition, Operator
from inspect_pipelines.domain.definition_change import differences
from inspect_pipelines.domain.match import EVENT_KEYS
from inspect_pipelines.domain.trigger import Authors, Debounce, Key, Supersede
from inspect_pipelines.errors import UsageError

HEAD = """\
apiVersion: v1
kind: ScheduleConfig
triggers:
  - id: merged
    playbook: shop
"""
PLAYBOOK = """\
apiVersion: v1
kind: Playbook
metadata: {id: shop}
spec:
  base_url: https://shop.test
  variables: [{name: v, type: text}]
  steps:
    - id: home
      actions:
        - goto: "/?v={{v}}"
        - screenshot: home
"""
SOURCES = """\
apiVersion: v1
kind: OrganizationConfig
sources:
  - {id: github-acme, kind: github, secrets: "${env:A}"}
  - {id: alerts, kind: generic, secrets: "${env:B}"}
  - {id: our-vercel, kind: vercel, secrets: "${env:C}"}
"""


def load(folder, lines: str):
    folder.write("schedules.yaml", HEAD + lines)
    (trigger,) = folder.load().definitions
    return trigger


def test_every_key_of_a_trigger_has_its_place(folder):
    folder.write("organization.yaml", SOURCES)
    trigger = load(
        folder,
        """\
    event: pull_request.merged
    repo: acme/*
    branches: [main, "release/**"]
    paths: ["src/**", "!src/docs/**"]
    labels: visual
    authors: {include: [ada], exclude: ["*[bot]"]}
    drafts: true
    source: github-acme
    debounce: {wait: 60s, max_wait: 5m, key: [repo, branch, repo]}
    conditions:
      - {path: changed_files, lt: 500}
      - {path: head_branch, matches: "^feature/"}
      - {path: label, exists: false}
""",
    )

    assert (trigger.repo, trigger.plan.repo) == ("acme/*", None)
    assert trigger.branches == ("main", "release/**")
    assert trigger.paths == ("src/**", "!src/docs/**")
    assert trigger.labels == ("visual",)
    assert trigger.authors == Authors(("ada",), ("*[bot]",))
    assert trigger.drafts
    assert trigger.source == "github-acme"
    assert trigger.debounce == Debounce(timedelta(seconds=60), timedelta(minutes=5), (Key.REPO, Key.BRANCH))
    assert trigger.conditions == (
        Condition("changed_files", Operator.LT, 500),
        Condition("head_branch", Operator.MATCHES, "^feature/"),
        Condition("label", Operator.EXISTS, False),
    )


def test_short_spellings_mean_the_long_ones(folder):
    trigger = load(
        folder, "    event: push\n    authors: [ada, bob]\n    debounce: 90s\n    repo: acme/shop\n"
    )

    assert trigger.authors == Authors(("ada", "bob"))
    assert trigger.debounce == Debounce(timedelta(seconds=90), timedelta(minutes=5))
    assert trigger.plan.repo == "acme/shop"


@pytest.mark.parametrize("event", EVENT_KEYS)
def test_every_event_is_accepted_by_its_name(folder, event):
    assert load(folder, f"    event: {event}\n").event == event


@pytest.mark.parametrize(
    ("event", "line"),
    [
        ("deployment.completed", "    paths: src/**\n"),
        ("issue.created", "    paths: src/**\n"),
        ("release.published", "    labels: x\n"),
        ("issue.labeled", "    branches: main\n"),
        ("push", "    environment: production\n"),
        ("push", "    drafts: true\n"),
    ],
)
def test_a_condition_on_what_an_event_never_has_is_refused(folder, event, line):
    folder.write("schedules.yaml", f"{HEAD}    event: {event}\n{line}")

    (problem,) = folder.problems()

    key = line.strip().partition(":")[0]
    assert f"an event '{event}' has no {key}; events that have: " in problem


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (
            "    event: incident.opened\n    source: alert\n",
            "no source is called 'alert' (did you mean 'alerts'?)",
        ),
        (
            "    event: push\n    source: x\n",
            "no source is called 'x'; organization.yaml has: alerts, github-acme, our-vercel",
        ),
        (
            "    event: incident.opened\n    source: github-acme\n",
            "'incident.opened' is not an event of a github source",
        ),
        (
            "    event: push\n    source: our-vercel\n",
            "'push' is not an event of a vercel source, which tells deployment. ones",
        ),
        ("    event: Incident Opened\n    source: alerts\n", "'Incident Opened' is not an event; known are"),
    ],
)
def test_a_source_must_be_there_and_tell_such_events(folder, lines, problem):
    folder.write("organization.yaml", SOURCES)
    folder.write("schedules.yaml", HEAD + lines)

    (told,) = folder.problems()

    assert problem in told


def test_an_event_of_a_generic_source_may_have_any_name(folder):
    folder.write("organization.yaml", SOURCES)

    assert load(folder, "    event: incident.opened\n    source: alerts\n").event == "incident.opened"


def test_a_pattern_is_found_in_linear_time_and_only_within_what_is_looked_at():
    assert found("^feature/", "feature/x")
    assert not found("(a+)+$", "a" * 19_000 + "b")
    assert not found("needle", "x" * 20_000 + "needle")
    with pytest.raises(UsageError, match="a pattern of 501 characters is too long"):
        checked_pattern("a" * 501)


def test_a_hook_is_one_of_a_repository_or_an_organization(folder):
    source = '{id: g, kind: github, secrets: "${env:A}", token: "${env:T}", hook: %s}'
    head = "apiVersion: v1\nkind: OrganizationConfig\nsources:\n  - "
    folder.write("organization.yaml", head + source % "repos/acme/shop/hooks/7\n")
    (kept,) = folder.load().organization.sources
    folder.write("organization.yaml", head + source % "../../user\n")

    assert kept.hook == "repos/acme/shop/hooks/7"
    assert "hook" in folder.problems()[0]


@pytest.mark.parametrize("event", ["Alert.Fired", "a.b.c.d.e", "x" * 100])
def test_every_type_that_a_generic_source_may_tell_can_be_named(folder, event):
    folder.write("organization.yaml", SOURCES)

    assert load(folder, f"    event: {event}\n    source: alerts\n").event == event


def test_a_placeholder_that_no_event_of_the_kind_brings_is_refused(folder):
    folder.write(
        "schedules.yaml",
        HEAD + "    event: push\n    notify: {on_failure: {slack_channel: '#qa', mention: ['{{pr_url}}']}}\n",
    )

    (problem,) = folder.problems()

    assert "an event 'push' never brings '{{pr_url}}'; events that do: pull_request.merged, " in problem


@pytest.mark.parametrize(
    ("event", "placeholder"),
    [
        ("repository_dispatch", "data.client_payload.url"),
        ("push", "data.commits"),
        ("issue_comment.created", "args.theme"),
        ("issue_comment.created", "changed_paths"),
        ("issue_comment.created", "deploy_url"),
        ("release.released", "tag"),
    ],
)
def test_a_variable_may_ask_for_what_the_event_itself_tells(folder, event, placeholder):
    folder.write("playbooks/shop.yaml", PLAYBOOK)

    trigger = load(folder, f"    event: {event}\n    variables: {{v: '{{{{{placeholder}}}}}'}}\n")

    assert trigger.plan.variables == {"v": f"{{{{{placeholder}}}}}"}


@pytest.mark.parametrize(
    ("event", "placeholder", "why"),
    [
        (
            "push",
            "args.theme",
            "an event 'push' has no arguments for '{{args.theme}}'; a command has: issue_comment.created",
        ),
        ("issue_comment.created", "args.a.b", "an argument is one text: '{{args.NAME}}'"),
        ("push", "data" + ".x" * 11, "leads more than 10 steps deep"),
        ("push", "tag", "an event 'push' never brings '{{tag}}'; events that do: push.tag"),
    ],
)
def test_what_no_event_of_the_kind_can_tell_is_refused(folder, event, placeholder, why):
    folder.write("playbooks/shop.yaml", PLAYBOOK)
    folder.write(
        "schedules.yaml", HEAD + f"    event: {event}\n    variables: {{v: '{{{{{placeholder}}}}}'}}\n"
    )

    (problem,) = folder.problems()
    assert why in problem


def test_a_mention_is_never_taken_from_what_an_event_says_unchecked(folder):
    folder.write("organization.yaml", SOURCES)
    folder.write(
        "schedules.yaml",
        HEAD + "    event: push\n    notify: {on_failure: {slack: '#qa', mention: ['{{data.who}}']}}\n",
    )

    assert any("whom to mention is a login that we have checked" in one for one in folder.problems())


def test_a_newer_event_may_cancel_the_older_ones_run_unless_it_would_be_skipped_itself(folder):
    assert load(folder, "    event: push\n    supersede: cancel\n").supersede is Supersede.CANCEL
    assert load(folder, "    event: push\n").supersede is Supersede.WAIT

    folder.write("schedules.yaml", HEAD + "    event: push\n    supersede: cancel\n    overlap: skip\n")
    (problem,) = folder.problems()
    assert "supersede  cancels the older run, but 'overlap: skip' lets the newer one go" in problem

    folder.write("schedules.yaml", HEAD + "    event: push\n    supersede: cancle\n")
    (problem,) = folder.problems()
    assert "'cancle' is not one of 'wait', 'cancel' (did you mean 'cancel'?)" in problem


def test_a_definition_says_who_looks_after_it_how_it_is_found_and_who_goes_first(folder):
    trigger = load(
        folder,
        """\
    event: push
    delay: 2m
    priority: -5
    owner: " @payments "
    tags: pay
""",
    )

    assert trigger.delay == timedelta(minutes=2)
    assert (trigger.plan.priority, trigger.plan.owner, trigger.plan.tags) == (-5, "@payments", ("pay",))
    before = replace(trigger, delay=timedelta(0), plan=replace(trigger.plan, priority=0, owner="", tags=()))
    told = {one.path: (one.old, one.new) for one in differences(before, trigger)}
    assert told == {
        "delay": ("0:00:00", "0:02:00"),
        "priority": ("0", "-5"),
        "owner": ("", "@payments"),
        "tags[0]": (None, "pay"),
    }


def test_sessions_at_once_where_there_is_nothing_beside_them_are_warned_of(folder):
    warned = "triggers[0].max_parallel  "

    trigger = load(folder, "    event: push\n    max_parallel: 4\n")
    told = [each for each in folder.load().warnings if warned in each]

    assert trigger.plan.max_parallel == 4
    assert [each.partition(warned)[2] for each in told] == [
        "one playbook is one session, so nothing goes on beside it"
    ]


def test_more_tags_than_anybody_reads_are_refused(folder):
    folder.write(
        "schedules.yaml",
        HEAD + "    event: push\n    tags: [" + ", ".join(f"t{n}" for n in range(21)) + "]\n",
    )

    (told,) = folder.problems()

    assert "has 21 tags; 20 are the most" in told
