"""Definitions as the text of a file: whatever they say is read again as it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.config.one_definition import as_written
from inspect_pipelines.config.schedule_document import ScheduleDocument, TriggerDocument
from inspect_pipelines.config.schedules_text import schedules_text
from inspect_pipelines.config.yaml_text import parse
from inspect_pipelines.domain.plan import BaselinePolicy

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
AMBIGUOUS = [
    "NO",
    "yes",
    "1:30",
    "0o17",
    "1e3",
    "null",
    "~",
    "",
    "# x",
    "- a",
    "a: b",
    "${env:X}",
    "2026-11-28",
    "*",
    "é",
    " a ",
]
VALUES = st.recursive(
    st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.sampled_from(AMBIGUOUS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS.filter(bool), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_every_value_is_read_as_it_was_written(value: Any) -> None:
    entry = {"id": "x", "variables": {"v": value}}

    source, faults = parse(schedules_text("acme", [entry], []).encode(), "schedules.yaml")

    assert faults == []
    assert source.value["schedules"] == [entry]
    assert source.value["metadata"] == {"orgId": "acme"}


SCHEDULE = {
    "id": "s",
    "cron": "0 2 * * *",
    "playbook": "shop",
    "notify": {
        "repeat_every": "12h",
        "alert_after": 2,
        "flap": {"changes": 3, "minutes": 60},
        "on_failure": {"slack_channel": "#qa", "mention": "ada"},
    },
    "baseline": {"tolerance": 0.05, "first_run": "adopt"},
    "jitter_seconds": 3,
}
AUTO = {"id": "n", "cron": "0 2 * * *", "playbook": "shop", "baseline": {"tolerance": "auto"}}
SPANS = [
    {"id": "n", "cron": "0 2 * * *", "playbook": "shop", "notify": {"repeat_every": span}}
    for span in ("never", "5m", "90m", "36h", "2d")
]
TRIGGER = {
    "id": "t",
    "event": "pull_request.opened",
    "playbooks": ["shop"],
    "authors": ["ada"],
    "branches": "main",
    "debounce": "60s",
    "conditions": [{"path": "data.x", "eq": False}],
}


@pytest.mark.parametrize(
    ("model", "entry"),
    [
        (ScheduleDocument, SCHEDULE),
        *((ScheduleDocument, one) for one in (AUTO, *SPANS)),
        (TriggerDocument, TRIGGER),
    ],
)
def test_short_spellings_are_written_out_and_mean_the_same(model: Any, entry: dict[str, Any]) -> None:
    document = model.model_validate(entry)

    written = as_written(document)

    assert model.model_validate(written) == document
    assert as_written(model.model_validate(written)) == written


def test_a_tolerance_that_is_left_to_the_noise_is_written_so_and_means_the_usual_one_until_it_is_known() -> (
    None
):
    document = ScheduleDocument.model_validate(AUTO)

    assert as_written(document) == AUTO
    assert document.baseline.policy() == BaselinePolicy(tolerance=0.02, is_auto=True)
    assert ScheduleDocument.model_validate(SCHEDULE).baseline.policy().is_auto is False


@pytest.mark.parametrize("entry", SPANS)
def test_a_span_is_written_as_people_write_it(entry: dict[str, Any]) -> None:
    assert as_written(ScheduleDocument.model_validate(entry)) == entry
