from __future__ import annotations

import pytest

from builders import DEFAULT_ORG, NOW
from inspect_pipelines.domain.answer import Answer, AnswerKind
from inspect_pipelines.domain.ids import DefinitionId, EventId, RunId


@pytest.mark.parametrize(
    ("outcome", "run_id", "sentence"),
    [
        (AnswerKind.STARTED, "r1", "started run r1"),
        (AnswerKind.STARTED, None, "waits for the end of its quiet period"),
        (AnswerKind.COALESCED, "r1", "coalesced into run r1"),
        (AnswerKind.COALESCED, None, "coalesced into a waiting batch"),
        (AnswerKind.NO, None, "no: because"),
        (AnswerKind.UNDECIDED, None, "undecided: because"),
    ],
)
def test_a_decision_says_what_came_of_it(outcome, run_id, sentence):
    decision = Answer(
        DEFAULT_ORG,
        EventId("e1"),
        DefinitionId("t1"),
        outcome,
        "because",
        NOW,
        run_id=RunId(run_id) if run_id else None,
    )

    assert decision.sentence() == sentence
