from __future__ import annotations

import pytest

from inspect_pipelines.domain.spelling import nearest


@pytest.mark.parametrize(("typed", "hint"), [("screnshot", " (did you mean 'screenshot'?)"), ("xyz", "")])
def test_what_is_near_is_offered_and_what_is_not_is_not(typed, hint):
    assert nearest(typed, ["screenshot", "click"]) == hint
