"""Who played a session, and what it cost."""

from __future__ import annotations

from builders import a_session
from inspect_pipelines.domain.playbook import BROWSER, OPEN_INSPECT
from inspect_pipelines.domain.session import Agent, cost_of


def test_a_session_without_an_agent_was_played_by_a_browser() -> None:
    assert (a_session().runner, a_session(agent=Agent("s1")).runner) == (BROWSER, OPEN_INSPECT)


def test_a_cost_that_nobody_told_is_not_nothing() -> None:
    told = [a_session(agent=Agent("s1", cost_usd=cost)) for cost in (0.25, None, 0.5)]

    assert cost_of(told) == 0.75
    assert cost_of([a_session(), a_session(agent=Agent("s2"))]) is None
