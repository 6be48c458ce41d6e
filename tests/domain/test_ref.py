from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.ref import branch_of, commit_of

SHA = "9049f1265b7d61be4a8904a9a27120d2064dab3b"
NAMES = st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8})?", fullmatch=True).filter(
    lambda name: not name.startswith(("refs/", "heads/", "tags/"))
)


@pytest.mark.parametrize(
    ("ref", "sha", "branch", "commit"),
    [
        (None, SHA, None, None),
        ("", None, None, None),
        ("refs/heads/", None, None, None),
        ("refs/pull/7/merge", SHA, None, None),
        ("tags/v1", None, None, None),
        ("v1.2.3", SHA, "v1.2.3", None),
        (SHA.upper(), None, None, SHA),
        (SHA[:7], SHA, None, SHA),
        (SHA[:6], SHA, SHA[:6], None),
        ("deadbeef", SHA, "deadbeef", None),
    ],
)
def test_a_ref_is_a_branch_or_a_commit_or_neither(ref, sha, branch, commit):
    assert (branch_of(ref, sha), commit_of(ref, sha)) == (branch, commit)


@given(NAMES)
def test_a_branch_is_the_same_by_each_of_its_names(name):
    assert {branch_of(f"{start}{name}", SHA) for start in ("", "heads/", "refs/heads/")} == {name}
