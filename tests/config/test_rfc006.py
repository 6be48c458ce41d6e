from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from inspect_pipelines.config.project import load_project
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.plan import BaselinePolicy, NotifyRule, RuleEvent
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.trigger import Trigger
from resources.channels.registry import CHANNELS

SAMPLE = Path(__file__).parent / "rfc006"  # schedules.yaml is RFC 006's sample, byte for byte
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def project():
    return load_project(SAMPLE, kinds=CHANNELS, now=NOW)


def test_the_rfcs_sample_is_valid_and_warns_of_the_zone_and_the_channels_it_leaves_out(project):
    assert project.warnings == (
        (
            "schedules.yaml:30:9  schedules[0].notify.on_failure  "
            "no channel is in organization.yaml, so all messages become files in INSPECT_HOME/outbox"
        ),
        # the RFC gives this one no zone, and says so nowhere
        "schedules.yaml:44:11  schedules[1].cron  '0 4 * * 0' has no timezone beside it, so it is read in UTC",
    )
    assert project.org_id == OrgId("acme-corp")


def test_the_rfcs_sample_holds_two_schedules_and_two_triggers(project):
    assert [(type(definition), definition.id) for definition in project.definitions] == [
        (Schedule, "nightly-checkout"),
        (Schedule, "weekly-full-audit"),
        (Trigger, "post-merge-smoke"),
        (Trigger, "deploy-verification"),
    ]


def test_the_nightly_schedule_says_what_the_rfc_says(project):
    nightly = project.definitions[0]

    assert (nightly.name, nightly.enabled, nightly.cron, nightly.timezone) == (
        "Nightly Checkout Flow",
        True,
        "0 2 * * *",
        "America/New_York",
    )
    plan = nightly.plan
    assert [playbook.id for playbook in plan.playbooks] == ["checkout-flow-audit"]
    assert (plan.repo, plan.branch, plan.timeout_minutes) == ("acme-corp/frontend", "main", 30)
    assert plan.variables == {
        "feature_url": "https://staging.acme.com/checkout",
        "test_user": "qa-bot@acme.com",
    }
    assert plan.notify == (
        NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa-alerts",), mention=("@qa-team",)),
        NotifyRule(RuleEvent.ON_SUCCESS, ("slack:#qa-daily",)),
    )
    assert plan.baseline == BaselinePolicy(enabled=True, tolerance=0.02, update_on_success=False)


def test_the_weekly_schedule_plays_three_playbooks_in_order_and_always_tells(project):
    plan = project.definitions[1].plan

    assert [playbook.id for playbook in plan.playbooks] == [
        "checkout-flow-audit",
        "user-profile-audit",
        "settings-audit",
    ]
    assert plan.notify == (NotifyRule(RuleEvent.ON_COMPLETE, ("slack:#qa-weekly",)),)


def test_the_merge_trigger_says_what_the_rfc_says(project):
    trigger = project.definitions[2]

    assert (trigger.event, trigger.repo, trigger.branches) == (
        "pull_request.merged",
        "acme-corp/frontend",
        ("main", "staging"),
    )
    assert trigger.paths == ("src/checkout/**", "src/components/Button/**")
    assert trigger.plan.variables == {"focus_area": "{{changed_paths}}"}
    assert trigger.plan.notify[0].mention == ("{{pr_author}}",)


def test_the_deploy_trigger_says_what_the_rfc_says(project):
    trigger = project.definitions[3]

    assert (trigger.event, trigger.environment, trigger.repo) == ("deployment.completed", "production", None)
    assert trigger.plan.notify[0].targets == ("slack:#incidents", "pagerduty")
    assert trigger.plan.allowed_hosts == ("app.acme.com",)
