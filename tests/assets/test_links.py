"""What Dagster's UI links to of ours."""

from __future__ import annotations

from assets import links
from builders import a_session
from inspect_pipelines.domain.session import Agent


def test_an_agents_session_is_linked_and_a_browsers_is_not() -> None:
    agent = Agent("s1", "https://inspect.example/session/s1")

    found = links.agents([a_session(), a_session(agent=Agent("s0")), a_session(agent=agent)])

    assert found["agents"].value == "<https://inspect.example/session/s1>"
    assert links.agents([a_session()]) == {}
