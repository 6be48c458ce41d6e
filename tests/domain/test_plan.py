from __future__ import annotations

import pytest

from builders import a_plan, a_playbook, a_schedule
from inspect_pipelines.domain.plan import BaselinePolicy, target_host
from inspect_pipelines.domain.playbook import Variable
from inspect_pipelines.domain.trigger import Trigger


def test_a_plan_compares_strictly_and_asks_a_person_first_unless_told_otherwise():
    policy = a_plan().baseline

    assert policy == BaselinePolicy(tolerance=0.02, layout_budget_px=4, first_run="review")
    assert not policy.update_on_success


def test_schedules_and_triggers_say_what_they_are():
    schedule = a_schedule()
    trigger = Trigger(schedule.id, schedule.org_id, "On merge", "pull_request.merged", a_plan())

    assert (schedule.kind, trigger.kind) == ("schedule", "trigger")


@pytest.mark.parametrize(
    ("base_url", "variables", "host"),
    [
        ("http://Shop.test:8500/a", {}, "shop.test:8500"),
        ("{{shop_url}}", {"shop_url": "https://shop.test/"}, "shop.test"),
        ("{{shop_url}}", {"shop_url": "{{deploy_url}}"}, None),
        ("{{shop_url}}", {}, "default.test"),
        ("", {}, None),
    ],
)
def test_the_target_host_is_where_the_first_playbook_starts(base_url, variables, host):
    declared = (Variable("shop_url", default="http://default.test/"), Variable("who"))
    playbook = a_playbook(base_url=base_url, variables=declared)

    assert target_host(a_plan(playbooks=(playbook,), variables=variables)) == host
