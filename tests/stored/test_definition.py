"""What triggers of before said of their events is what they say today, unless nobody had chosen it."""

from __future__ import annotations

from typing import Any

import pytest

from inspect_pipelines.stored.definition import upgrade_trigger_3_to_4

OLD_DEFAULT = ["repo", "branch", "environment"]


@pytest.mark.parametrize(
    ("event", "debounce", "key"),
    [
        ("pull_request.opened", {"wait": "PT0S", "key": OLD_DEFAULT}, ["repo", "number"]),
        ("deployment.completed", {"key": OLD_DEFAULT}, [*OLD_DEFAULT, "url"]),
        ("pull_request.merged", {"key": OLD_DEFAULT}, OLD_DEFAULT),
        ("issue.created", None, ["repo", "number"]),
        ("pull_request.opened", {"key": ["author"]}, ["author"]),
    ],
)
def test_a_key_that_nobody_chose_hangs_on_the_kind_of_event(
    event: str, debounce: Any, key: list[str]
) -> None:
    kept = {"event": event} if debounce is None else {"event": event, "debounce": debounce}

    upgraded = upgrade_trigger_3_to_4(kept)

    assert upgraded["debounce"] == {**(debounce or {}), "key": key}
