"""GitHub's payloads as events, by the examples in tests/payloads."""

from __future__ import annotations

from typing import Any

import pytest

from github_examples import BASE, HEAD, MERGE, SEVEN, changed, event_of, told
from inspect_pipelines.domain.event import EventStatus
from inspect_pipelines.domain.github_event import READERS, github_event
from inspect_pipelines.domain.payload import PATHS, Payload
from inspect_pipelines.domain.pushed import COMMITS
from inspect_pipelines.errors import Unreadable
from senders import PAYLOADS


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pull_request.merged", "pull_request.merged"),
        ("pull_request.closed", "pull_request.closed"),
        ("pull_request.opened", "pull_request.opened"),
        ("pull_request.synchronize", "pull_request.synchronize"),
        ("pull_request.reopened", "pull_request.reopened"),
        ("pull_request.labeled", "pull_request.labeled"),
        ("pull_request.unlabeled", "pull_request.unlabeled"),
        ("pull_request.ready_for_review", "pull_request.ready_for_review"),
        ("pull_request_review.submitted", "pull_request_review.submitted"),
        ("push", "push"),
        ("push.tag", "push.tag"),
        ("deployment.created", "deployment.created"),
        ("deployment_status.inactive", "deployment.inactive"),
        ("deployment_status.success", "deployment.completed"),
        ("deployment_status.failure", "deployment.failed"),
        ("deployment_status.error", "deployment.failed"),
        ("release.published", "release.published"),
        ("release.released", "release.released"),
        ("release.prereleased", "release.prereleased"),
        ("issues.opened", "issue.created"),
        ("issues.labeled", "issue.labeled"),
        ("issues.unlabeled", "issue.unlabeled"),
        ("issue_comment.command", "issue_comment.created"),
        ("workflow_run.completed", "workflow_run.completed"),
        ("check_suite.completed", "check_suite.completed"),
        ("check_run.completed", "check_run.completed"),
        ("status.success", "status"),
        ("status.failure", "status"),
        ("merge_group.checks_requested", "merge_group.checks_requested"),
    ],
)
def test_each_kind_of_delivery_becomes_its_event(name: str, expected: str) -> None:
    event = event_of(name)

    assert (event.type, event.status, event.problem, event.repo) == (
        expected,
        EventStatus.RECEIVED,
        "",
        "acme/shop",
    )
    assert event.event_time is not None


@pytest.mark.parametrize(
    ("name", "kind", "why"),
    [
        ("pull_request.edited", "pull_request.edited", "no trigger names this action"),
        ("push.deleted", "push", "the branch or tag was deleted"),
        ("deployment_status.in_progress", "deployment.in_progress", "it is still 'in_progress'"),
        ("release.created", "release.created", "no trigger names this action"),
        ("issues.closed", "issue.closed", "no trigger names this action"),
        ("issue_comment.talk", "issue_comment.created", "the comment does not begin with /inspect"),
        ("issue_comment.edited", "issue_comment.edited", "only a new comment is an event"),
        ("workflow_run.requested", "workflow_run.requested", "it has not completed"),
        ("check_suite.requested", "check_suite.requested", "it has not completed"),
        ("check_run.created", "check_run.created", "it has not completed"),
        ("status.pending", "status", "it is still 'pending'"),
        ("status.own", "status", "'inspect-pipelines/After each merge' is a status of our own"),
        ("merge_group.destroyed", "merge_group.destroyed", "the queue gave it up"),
        ("pull_request_review.dismissed", "pull_request_review.dismissed", "no trigger names this action"),
        ("ping", "ping", "no trigger names this kind"),
        ("star.created", "star.created", "no trigger names this kind"),
        ("installation.created", "installation.created", "no trigger names this kind"),
    ],
)
def test_what_no_trigger_can_name_is_ignored_with_the_reason(name: str, kind: str, why: str) -> None:
    event = event_of(name)

    assert (event.type, event.status, event.problem) == (kind, EventStatus.IGNORED, why)


def test_every_kind_that_we_read_has_an_example() -> None:
    assert {file.name.partition(".")[0] for file in PAYLOADS.glob("*.json")} >= set(READERS)


def test_a_merged_pull_request_tells_base_merge_commit_labels_and_author() -> None:
    event = event_of("pull_request.merged")

    assert told(event, "branch", "sha", "number", "actor", "author") == (
        "main",
        MERGE,
        17,
        "bob",
        "ada-lovelace",
    )
    assert event.labels == ("qa", "area: checkout")
    assert event.title == "Show the price with tax at checkout"
    assert event.url == "https://github.com/acme/shop/pull/17"
    assert event.paths is None  # a payload has only their number
    assert (event.data["head_sha"], event.data["changed_files"]) == (HEAD, 5)
    assert not event.is_draft


def test_an_open_pull_request_is_at_its_head() -> None:
    event = event_of("pull_request.opened")

    assert (event.sha, event.is_draft, event.text) == (HEAD, True, None)


def test_a_merge_whose_commit_is_not_told_is_at_its_head() -> None:
    assert event_of("pull_request.merged", "pull_request.merge_commit_sha", None).sha == HEAD


def test_a_pull_request_of_a_deleted_account_from_a_deleted_fork_is_read() -> None:
    event = event_of("pull_request.reopened")

    assert (event.author, event.data.get("head_repo")) == (None, None)


def test_a_branch_that_is_a_shell_command_stays_a_text() -> None:
    event = event_of("pull_request.synchronize")

    assert event.data["head_branch"] == 'zzz";echo${IFS}"hello";#'
    assert event.data["head_repo"] == "mallory/shop"


def test_a_push_tells_the_paths_of_its_commits_each_once() -> None:
    event = event_of("push")

    assert event.paths == (
        "src/checkout/tax.ts",
        "src/checkout/total.ts",
        "docs/prices – tax.md",
        "src/checkout/old.ts",
    )
    assert told(event, "branch", "sha", "title") == ("main", MERGE, "Merge pull request #17 from acme/tax")


def test_a_branch_with_slashes_keeps_them() -> None:
    assert event_of("push", "ref", "refs/heads/feature/tax/2").branch == "feature/tax/2"


def test_a_push_with_as_many_commits_as_github_lists_has_unknown_paths() -> None:
    commits = [{"added": ["a.ts"], "removed": [], "modified": []}] * COMMITS

    assert event_of("push", "commits", commits).paths is None
    assert event_of("push", "commits", commits[1:]).paths == ("a.ts",)


def test_a_push_of_more_paths_than_we_keep_has_unknown_paths() -> None:
    halves = [{"added": [f"{half}/{n}" for n in range(PATHS)]} for half in "ab"]

    assert event_of("push", "commits", halves).paths is None
    assert len(event_of("push", "commits", halves[:1]).paths or ()) == PATHS


def test_a_push_without_commits_changes_nothing() -> None:
    assert event_of("push", "commits", []).paths == ()


def test_a_deploy_tells_where_and_what() -> None:
    event = event_of("deployment_status.success")

    assert told(event, "environment", "url", "sha", "branch", "event_time") == (
        "staging",
        "https://staging.acme.example",
        MERGE,
        "main",
        SEVEN,
    )


def test_a_deploy_of_a_commit_has_no_branch_and_without_an_address_its_targets() -> None:
    event = event_of("deployment_status.error")

    assert told(event, "branch", "sha", "url") == (None, MERGE, "https://shop-git-main.acme.example")
    assert event_of("deployment_status.error", "deployment_status.target_url", "").url is None


def test_an_environment_that_the_status_lacks_is_the_deployments() -> None:
    name = "deployment_status.success"

    assert event_of(name, "deployment_status.environment", "").environment == "staging"
    assert event_of(name, "deployment.ref", ...).branch is None


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("/inspect", ""),
        ("/inspect nightly-shop please\r\nThanks!", "nightly-shop please"),
        ("/inspect\nnightly", ""),
        ("/inspect  a\t", "a"),
    ],
)
def test_a_comment_that_begins_with_the_command_has_it_and_its_words(text: str, arguments: str) -> None:
    event = event_of("issue_comment.command", "comment.body", text)

    assert event.status is EventStatus.RECEIVED
    assert (event.data["command"], event.data["arguments"]) == ("/inspect", arguments)
    assert event.data["is_pull_request"]


@pytest.mark.parametrize(
    "text", ["please /inspect", " /inspect", "> /inspect", "/inspector", "/inspect-all", "", None]
)
def test_a_comment_that_does_not_begin_with_the_command_is_ignored(text: str | None) -> None:
    event = event_of("issue_comment.command", "comment.body", text)

    assert (event.status, event.data.get("command")) == (EventStatus.IGNORED, None)


def test_a_release_without_a_name_is_called_by_its_tag() -> None:
    assert event_of("release.published", "release.name", None).title == "v1.4.0"


@pytest.mark.parametrize(
    ("name", "path", "value", "problem"),
    [
        ("push", "repository", ..., "repository.full_name is missing"),
        ("push", "repository", [], "repository is a list, not an object"),
        (
            "push",
            "repository.full_name",
            "shop",
            "repository.full_name is 'shop', not a repository, which is written as owner/name",
        ),
        ("push", "ref", None, "ref is missing"),
        ("pull_request.merged", "pull_request", ..., "pull_request.base.ref is missing"),
        (
            "pull_request.merged",
            "pull_request.merged",
            "yes",
            "pull_request.merged is a text, not true or false",
        ),
        (
            "pull_request.merged",
            "pull_request.number",
            True,
            "pull_request.number is 'True', not a whole number",
        ),
        ("pull_request.merged", "pull_request.number", ..., "pull_request.number is missing"),
        ("deployment_status.success", "deployment_status.state", ..., "deployment_status.state is missing"),
        ("issue_comment.command", "issue", None, "issue.number is missing"),
        ("release.published", "release", "v1", "release is a text, not an object"),
        ("check_suite.completed", "action", 1, "action is a number, not a text"),
    ],
)
def test_a_known_kind_in_an_odd_shape_says_what_is_odd(
    name: str, path: str, value: Any, problem: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        event_of(name, path, value)

    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("name", "path", "value", "field", "remark"),
    [
        ("push", "commits", {"0": 1}, "paths", "commits is an object, not a list"),
        ("push", "commits", ["a"], "paths", "commits[] is a text, not an object"),
        ("push", "after", "v1.2.3", "sha", "after is 'v1.2.3', not a commit's SHA"),
        (
            "pull_request.merged",
            "pull_request.labels",
            ["qa"],
            "labels",
            "pull_request.labels[] is a text, not an object",
        ),
        (
            "pull_request.merged",
            "pull_request.title",
            7,
            "title",
            "pull_request.title is a number, not a text",
        ),
        (
            "pull_request.merged",
            "pull_request.html_url",
            "shop.test/17",
            "url",
            "pull_request.html_url is 'shop.test/17', not an http address",
        ),
        (
            "pull_request.merged",
            "pull_request.merged_at",
            "2026-11-28 17:00:00 UTC",
            "event_time",
            "pull_request.merged_at is '2026-11-28 17:00:00 UTC', not a time",
        ),
        (
            "workflow_run.completed",
            "workflow_run.pull_requests",
            [{"number": "x"}],
            "number",
            "number is 'x', not a whole number",
        ),
    ],
)
def test_an_optional_field_in_an_odd_shape_is_left_out_with_a_remark(
    name: str, path: str, value: Any, field: str, remark: str
) -> None:
    """A merge whose page had no scheme was unreadable as a whole, and nobody heard of it."""
    event = event_of(name, path, value)

    assert event.status is EventStatus.RECEIVED
    assert event.remarks == (remark,)
    assert getattr(event, field) in (None, ())


def test_one_commit_with_more_paths_than_we_keep_has_unknown_paths() -> None:
    commits = [{"added": [f"a/{n}" for n in range(PATHS + 1)]}]

    event = event_of("push", "commits", commits)

    assert (event.status, event.paths) == (EventStatus.RECEIVED, None)


@pytest.mark.parametrize(("commits", "forced"), [([], True), (None, False)])
def test_a_branch_that_was_set_back_has_unknown_paths(commits: Any, forced: bool) -> None:
    """GitHub names no commit of a forced push to an older one, though it may change every file."""
    content = changed("push", "commits", commits).value | {"forced": forced}

    assert github_event(BASE, "push", Payload(content)).paths is None


@pytest.mark.parametrize(
    ("ref", "branch"),
    [
        ("refs/heads/main", "main"),
        ("heads/main", "main"),
        ("refs/tags/v1", None),
        (MERGE, None),
        (MERGE[:7], None),
    ],
)
def test_a_deploys_ref_is_told_apart_by_what_it_names(ref: str, branch: str | None) -> None:
    event = event_of("deployment_status.success", "deployment.ref", ref)

    assert told(event, "branch", "sha") == (branch, MERGE)


def test_a_release_of_a_commit_has_no_branch() -> None:
    assert told(event_of("release.published", "release.target_commitish", MERGE), "branch", "sha") == (
        None,
        MERGE,
    )
