from __future__ import annotations

import pytest

from inspect_pipelines.domain.notification import events_of, fired
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus

F, S, C, R = RuleEvent.ON_FAILURE, RuleEvent.ON_SUCCESS, RuleEvent.ON_COMPLETE, RuleEvent.ON_NEEDS_REVIEW


@pytest.mark.parametrize(
    ("status", "reason", "events"),
    [
        (RunStatus.PASSED, "", (S, C)),
        (RunStatus.NEEDS_REVIEW, "", (R, C)),
        (RunStatus.FAILED, "", (F, C)),
        (RunStatus.TIMEOUT, "", (F, C)),
        (RunStatus.ERROR, "", (F, C)),
        (RunStatus.CANCELLED, "", (C,)),
        (RunStatus.SKIPPED, "overlap: run 7 is still open", ()),
        (RunStatus.SKIPPED, "pause: maintenance", ()),
        (RunStatus.SKIPPED, "budget: 30 runs today", (F,)),
        (RunStatus.SKIPPED, "queue_timeout: waited 10 minutes", (F,)),
        (RunStatus.RUNNING, "", ()),
        (RunStatus.PENDING, "", ()),
    ],
)
def test_a_status_fires_these_rules(status, reason, events):
    assert events_of(status, reason) == events


def test_every_rule_that_matches_fires_for_each_of_its_targets_in_the_plans_order():
    failure = NotifyRule(
        F,
        (
            "slack:#qa",
            "email:ada@shop.test",
        ),
    )
    success = NotifyRule(S, ("slack:#qa",))
    complete = NotifyRule(C, ("webhook:https://hook.test",))

    told = fired([failure, success, complete], RunStatus.TIMEOUT)

    assert told == [
        (failure, "slack:#qa"),
        (failure, "email:ada@shop.test"),
        (complete, "webhook:https://hook.test"),
    ]


def test_on_complete_alone_works_whatever_the_status():
    complete = NotifyRule(C, ("slack:#qa",))
    ends = [s for s in RunStatus if not s.is_open and s is not RunStatus.SKIPPED]

    assert all(fired([complete], status) == [(complete, "slack:#qa")] for status in ends)


@pytest.mark.parametrize(
    ("reason", "targets"),
    [
        ("superseded by push 9049f1265b7d, run 0194", ["github"]),
        ("cancelled by ada: superseded by nothing", ["slack:#qa", "github"]),
    ],
)
def test_that_a_newer_run_took_its_place_alarms_nobody(reason, targets):
    rules = [
        NotifyRule(RuleEvent.ON_COMPLETE, ("slack:#qa", "github")),
        NotifyRule(RuleEvent.ON_FAILURE, ("github",)),
    ]

    assert [target for _, target in fired(rules, RunStatus.CANCELLED, reason)] == targets
