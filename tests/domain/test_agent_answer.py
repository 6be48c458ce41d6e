"""What an agent answers is checked before it is believed, and what cannot be read is never a pass."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.agent_answer import AgentAnswer, NoAnswer, Reported, read_answer
from inspect_pipelines.domain.finding import Severity
from inspect_pipelines.domain.session import StepStatus

ANSWER = {
    "findings": [{"severity": "error", "title": "Total is wrong", "detail": "3 for\n4", "route": "/cart"}],
    "steps": [{"id": "cart", "status": "failed"}, {"id": "pay", "status": "skipped"}],
}
READ = AgentAnswer(
    (Reported(Severity.ERROR, "Total is wrong: 3 for 4", "/cart"),),
    {"cart": StepStatus.FAILED, "pay": StepStatus.SKIPPED},
)


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{json.dumps(ANSWER)}\n```",
        f"I am done.\n\n```json\n{json.dumps(ANSWER, indent=2)}\n```\nThank you!",
        f"```\n{json.dumps(ANSWER)}\n```",
        f'First a draft:\n```json\n{{"findings": [], "steps": []}}\n```\nand now:\n```json\n{json.dumps(ANSWER)}\n```',
        f"Here it is: \n{json.dumps(ANSWER, indent=1)}\n",
        f"{json.dumps(ANSWER)}\n```",
        f"```json\n{json.dumps(ANSWER)}\n```\n```sh\nls\n```",
        f"~~~ {{not json\n{{ still not\n  {json.dumps(ANSWER)}",
    ],
)
def test_an_answer_is_read_whatever_stands_around_it(text: str) -> None:
    assert read_answer(text) == READ


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "ends with no JSON block"),
        ("All is well, I promise.", "ends with no JSON block"),
        ('```json\n{"findings": [}\n```', "ends with no JSON block"),
        ("[" * 5000, "ends with no JSON block"),
        ("{" + '"a":{' * 5000, "ends with no JSON block"),
        ("```json\n[1]\n```", "has not both 'findings' and 'steps'"),
        ('```json\n{"steps": []}\n```', "has not both 'findings' and 'steps'"),
    ],
)
def test_what_is_no_answer_says_why(text: str, why: str) -> None:
    with pytest.raises(NoAnswer, match=why):
        read_answer(text)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"findings": {}}, "its 'findings' are not a list"),
        ({"findings": ["wrong"]}, r"findings\[0\] has no title"),
        ({"findings": [{"severity": "error", "title": " \x00 "}]}, r"findings\[0\] has no title"),
        ({"findings": [{"severity": "fatal", "title": "x"}]}, "severity 'fatal', which is not one of error"),
        ({"findings": [{"severity": ["error"], "title": "x"}]}, "severity ''"),
        ({"findings": [{"severity": "info", "title": "x"}] * 201}, "201 findings, and 200 is the most"),
        ({"steps": None}, "its 'steps' are not a list"),
        ({"steps": ["cart"]}, r"steps\[0\] has no id"),
        ({"steps": [{"id": 3, "status": "completed"}]}, r"steps\[0\] has no id"),
        ({"steps": [{"id": "cart", "status": "passed"}]}, "status 'passed', which is not one of completed"),
    ],
)
def test_an_answer_that_does_not_keep_to_its_shape_is_none(changes: dict[str, object], why: str) -> None:
    with pytest.raises(NoAnswer, match=why):
        read_answer(json.dumps({**ANSWER, **changes}))


def test_a_long_finding_is_cut() -> None:
    finding = {"severity": "info", "title": "a" * 700}

    (read,) = read_answer(json.dumps({"findings": [finding], "steps": []})).findings

    assert (len(read.message), read.message[-1]) == (600, "…")


@given(st.text())
def test_any_text_is_an_answer_or_none(text: str) -> None:
    with suppress(NoAnswer):
        assert isinstance(read_answer(text), AgentAnswer)
