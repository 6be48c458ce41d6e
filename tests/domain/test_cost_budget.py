from __future__ import annotations

from builders import a_plan, a_playbook, a_schedule
from inspect_pipelines.domain.cost_budget import CostAccount, cost_accounts, is_cost_limited, is_for_agents
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.playbook import OPEN_INSPECT


def test_agents_of_a_definition_are_limited_by_its_own_budget_and_by_everybodys() -> None:
    own = a_schedule(plan=a_plan(budget_usd=10.0))
    used = {own.id: 4.0, DefinitionId("other"): 5.5}

    assert not is_cost_limited(a_schedule(), None)
    assert is_cost_limited(own, None)
    assert is_cost_limited(a_schedule(), 100.0)
    assert [(one.owner, one.used_usd) for one in cost_accounts(own, 100.0, used)] == [
        ("organisation 'default'", 9.5),
        ("'nightly-shop'", 4.0),
    ]
    assert cost_accounts(a_schedule(), None, used) == ()


def test_a_budget_gives_out_sessions_until_it_is_spent() -> None:
    assert CostAccount("'nightly'", 10.0, 9.99).refusal is None
    assert CostAccount("'nightly'", 10.0, 10.5).percent == 105.0
    assert CostAccount("'nightly'", 10.0, 10.5).refusal == (
        "the 10.00 US dollars of 'nightly' for agents this month are spent (10.50); raise agent_usd_per_month, "
        "or wait for the next month"
    )


def test_a_definition_is_for_agents_when_they_play_all_of_it() -> None:
    agents, browser = a_playbook(runner=OPEN_INSPECT), a_playbook()

    assert is_for_agents(a_schedule(plan=a_plan(playbooks=(agents,))))
    assert not is_for_agents(a_schedule(plan=a_plan(playbooks=(agents, browser))))
