"""What an agent says that it did, before anybody believes it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.agent_answer import read_answer
from inspect_pipelines.domain.trace import MOST_ACTIONS, MOST_CHARACTERS, did, without_secrets


def an_answer(*steps: Any) -> str:
    return f"Done.\n```json\n{json.dumps({'findings': [], 'steps': steps})}\n```"


def test_actions_are_kept_by_step_as_they_were_written() -> None:
    steps = did(
        an_answer(
            {"id": "pay", "status": "completed", "did": [{"click": {"text": "Pay"}}, {"press": "Enter"}]}
        )
    )

    assert steps == {"pay": ('{"click": {"text": "Pay"}}', '{"press": "Enter"}')}


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "pay", "status": "completed"},
        {"id": "pay", "status": "completed", "did": "click"},
        {"id": "pay", "status": "completed", "did": ["click", 7, None, []]},
        {"id": "pay", "status": "completed", "did": [{"fill": {"value": "x" * MOST_CHARACTERS}}]},
        {"id": "pay", "status": "completed", "did": [{"a": 1, "b": 2, "c": 3, "d": 4}]},
        {"id": "pay\u202e", "status": "completed", "did": [{"press": "Enter"}]},
        {"id": ["pay"], "status": "completed", "did": [{"press": "Enter"}]},
        "pay",
    ],
)
def test_what_is_no_action_is_left_out_and_spoils_nothing(wrong: Any) -> None:
    assert did(an_answer(wrong)) == {}


@pytest.mark.parametrize("text", ["", "no block", '```json\n{"steps": 7}\n```', "```json\n[]\n```"])
def test_an_answer_without_steps_tells_of_nothing(text: str) -> None:
    assert did(text) == {}


def test_the_session_is_judged_alike_whatever_the_agent_says_it_did() -> None:
    steps = read_answer(an_answer({"id": "pay", "status": "completed", "did": [{"click": 1}]})).steps

    assert steps == read_answer(an_answer({"id": "pay", "status": "completed"})).steps


def test_ten_megabytes_of_actions_become_a_few() -> None:
    huge = an_answer({"id": "pay", "status": "completed", "did": [{"press": "Enter"}] * 400_000})

    assert len(did(huge)["pay"]) == MOST_ACTIONS


def test_the_first_word_about_a_step_counts() -> None:
    step = {"id": "pay", "status": "completed"}
    steps = did(an_answer({**step, "did": [{"press": "a"}]}, {**step, "did": [{"press": "b"}]}))

    assert steps == {"pay": ('{"press": "a"}',)}


@given(st.text(min_size=3))
def test_no_value_of_a_known_secret_is_kept(secret: str) -> None:
    text = json.dumps({"fill": {"label": "Password", "value": f"a{secret}b"}})

    kept = without_secrets({"pay": (text, '{"press": "Tab"}')}, (secret,))

    assert kept["pay"][0] == '"withheld"' or secret in '"withheld"'
    assert json.loads(text)["fill"]["value"] not in str(kept)
