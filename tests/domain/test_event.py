from __future__ import annotations

from dataclasses import replace

from builders import a_merge
from inspect_pipelines.domain.event import EventStatus


def test_each_replay_of_an_event_has_a_name_of_its_own():
    event = replace(a_merge(), status=EventStatus.UNDECIDED, problem="GitHub was away")

    first = event.replayed()
    tenth = replace(event, replay="r9").replayed()

    assert (first.status, first.problem, first.replay) == (EventStatus.RECEIVED, "", "r1")
    assert tenth.replay == "r10"
