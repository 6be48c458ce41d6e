from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_merge, a_plan
from inspect_pipelines.domain.branch import (
    branch_of,
    checked_branch,
    head_of,
    layer,
    named,
    parted,
    target_of,
)
from inspect_pipelines.errors import UsageError

OURS = {"head_branch": "feature/pay", "head_repo": "acme/shop"}


def an_event(kind: str, **changes: object):
    return a_merge(type=kind, **{"repo": "acme/shop", "branch": "main", "number": 7, **changes})


@pytest.mark.parametrize(
    ("kind", "data", "planned", "head"),
    [
        ("pull_request.opened", OURS, None, "feature/pay"),
        ("pull_request.closed", OURS, None, "feature/pay"),
        ("pull_request_review.submitted", OURS, None, "feature/pay"),
        ("issue_comment.created", {**OURS, "pull_request_url": "https://github.test/7"}, None, "feature/pay"),
        ("issue_comment.created", {"pull_request_url": "https://github.test/7"}, None, "pull/7"),
        ("pull_request.opened", {**OURS, "head_repo": "eve/shop", "head_branch": "main"}, None, "eve:main"),
        ("pull_request.opened", {"head_branch": "main"}, None, "pull/7"),  # the fork is gone
        ("merge_group.checks_requested", {"head_branch": "gh-readonly-queue/main/pr-7"}, None, "gh-readonly-queue/main/pr-7"),
        ("merge_group.checks_requested", {}, "main", None),
        ("pull_request.merged", OURS, None, None),
        ("push", {}, None, None),  # where the plan names no branch, all refs are alike
        ("push", {}, "main", None),
        ("push", {}, "trunk", "main"),
        ("pull_request.merged", OURS, "trunk", "main"),
        ("deployment.completed", {}, "trunk", "main"),
    ],
)  # fmt: skip
def test_the_branch_that_an_event_is_about(
    kind: str, data: dict[str, str], planned: str | None, head: str | None
) -> None:
    assert head_of(an_event(kind, data=data), planned) == head


def test_a_run_on_the_target_has_no_branch_of_its_own() -> None:
    assert target_of(None) == target_of(a_plan()) == "main"
    assert branch_of({}, None) == ""
    assert branch_of({"head_branch": "main"}, a_plan()) == ""
    assert branch_of({"head_branch": "trunk"}, a_plan(branch="trunk")) == ""
    assert branch_of({"head_branch": "main"}, a_plan(branch="trunk")) == "main"


@given(
    st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True),
    st.from_regex(r"([a-z]+:)?[A-Za-z0-9._/@-]{0,40}", fullmatch=True),
)
def test_a_layers_name_says_whose_it_is_and_stands_in_an_address(set_name: str, branch: str) -> None:
    name = layer(set_name, branch)

    assert parted(name) == (set_name, branch)
    assert "/" not in name


def test_people_read_a_layer_as_a_set_on_a_branch() -> None:
    assert named("shop@feature~pay") == "shop on feature/pay"
    assert named("shop") == "shop"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("feature/pay", "feature/pay"),
        (" refs/heads/fix ", "fix"),
        ("eve:main", "eve:main"),
        ("pull/7", "pull/7"),
    ],
)
def test_names_of_branches_are_taken_as_git_and_ci_write_them(text: str, name: str) -> None:
    assert checked_branch(text) == name


@pytest.mark.parametrize(
    "text", ["", " ", "a b", "a~b", "a..b", "-x", "/x", "a\x07", "x" * 201, "eve:a:b", "a*"]
)
def test_what_git_takes_for_no_branch_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no name of a branch"):
        checked_branch(text)
