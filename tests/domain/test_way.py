"""By what way somebody came."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.way import agent, named_agent


@pytest.mark.parametrize(
    ("says", "name"),
    [
        ("agent/claude", "claude"),
        ("agent/qa-bot_2.1 (linux)", "qa-bot_2.1"),
        ("agent/claude/1.0", "claude"),
        ("agent/", None),
        ("agent/ x", None),
        ("agent/<script>", None),
        ("agent/a\nb", "a"),
        (f"agent/{'x' * 61}", None),
        ("Mozilla/5.0 agent/claude", None),
        ("", None),
    ],
)
def test_an_agent_names_itself_first_and_plainly(says: str, name: str | None) -> None:
    assert named_agent(says) == name


def test_its_way_holds_its_name() -> None:
    assert agent("claude") == "agent claude"
