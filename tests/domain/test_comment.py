"""Comments on points of views."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builders import NOW, a_screenshot
from inspect_pipelines.domain.comment import LONGEST, unpinnable
from ledger_rows import COMMENT

SHOT = replace(a_screenshot(), width=100, height=50)


@pytest.mark.parametrize(
    ("text", "x", "y", "shot", "says"),
    [
        ("right?", 0, 0, SHOT, None),
        ("right?", 99, 49, SHOT, None),
        ("right?", 100, 0, SHOT, "x=100, y=0 is outside of the picture, which is 100 x 50 px"),
        ("right?", 0, 50, SHOT, "outside"),
        ("right?", -1, 0, SHOT, "outside"),
        (" \n", 0, 0, SHOT, "a comment says something"),
        ("x" * (LONGEST + 1), 0, 0, SHOT, "1000 characters at most, and this one 1001"),
        ("right?", 0, 0, None, "the run does not show that view"),
    ],
)
def test_a_comment_stands_within_the_picture_and_says_something(text, x, y, shot, says):
    found = unpinnable(text, x, y, shot)

    assert found is says is None or says in found


def test_a_comment_is_open_until_it_is_resolved():
    settled = replace(COMMENT, resolved_at=NOW, resolved_by="user:bob")

    assert (COMMENT.is_open, settled.is_open) == (True, False)
