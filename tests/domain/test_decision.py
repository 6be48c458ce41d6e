from __future__ import annotations

import pytest

from builders import DEFAULT_ORG, NOW
from inspect_pipelines.domain.decision import Decision, Outcome
from inspect_pipelines.domain.ids import DefinitionId, EventId, RunId


@pytest.mark.parametrize(
    ("outcome", "run_id", "sentence"),
    [
        (Outcome.STARTED, "r1", "started run r1"),
        (Outcome.STARTED, None, "waits for the end of its quiet period"),
        (Outcome.COALESCED, "r1", "coalesced into run r1"),
        (Outcome.COALESCED, None, "coalesced into a waiting batch"),
        (Outcome.NO, None, "no: because"),
        (Outcome.UNDECIDED, None, "undecided: because"),
    ],
)
def test_a_decision_says_what_came_of_it(outcome, run_id, sentence):
    decision = Decision(
        DEFAULT_ORG,
        EventId("e1"),
        DefinitionId("t1"),
        outcome,
        "because",
        NOW,
        run_id=RunId(run_id) if run_id else None,
    )

    assert decision.sentence() == sentence
