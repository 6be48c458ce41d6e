"""Who launches an agent is killed at any step, and begins again: nothing is begun twice. The long form is `make chaos-remote`."""

from __future__ import annotations

from pathlib import Path

from remote_launches import play_rounds


def test_a_killed_launch_that_begins_again_opens_and_prompts_one_session(tmp_path: Path) -> None:
    tally = play_rounds(tmp_path, rounds=6, seed=17)

    assert tally.kills > 0
    assert (tally.doubled, tally.stuck) == (0, 0)
    assert tally.wanted == 10  # every third run has three beside each other
    assert (tally.sessions, tally.prompts) == (10, 10)
