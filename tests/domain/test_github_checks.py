"""What CI and people by hand tell at GitHub, by the examples in tests/payloads."""

from __future__ import annotations

from typing import Any

import pytest

from github_examples import HEAD, MERGE, event_of, told
from inspect_pipelines.domain.context import context_of
from inspect_pipelines.domain.debounce import key_of, usual_key
from inspect_pipelines.domain.event import Event, EventStatus
from inspect_pipelines.domain.match import EVENT_KEYS
from inspect_pipelines.domain.trigger import Debounce
from inspect_pipelines.errors import Unreadable
from senders import PAYLOADS

QUEUED = "fad9e1c3a5b7c9d0e1f2a3b4c5d6e7f801234567"


def key(event: Event) -> str:
    return key_of(event, Debounce(key=usual_key(event.type)))


def test_a_workflow_run_of_one_pull_request_has_its_number() -> None:
    assert event_of("workflow_run.completed").number == 17
    assert event_of("workflow_run.requested").number is None


def test_a_draft_that_is_ready_counts_as_none() -> None:
    """Drafts are refused by default, so that a request which began as one was never tested."""
    event = event_of("pull_request.ready_for_review")

    assert told(event, "is_draft", "sha", "number") == (False, HEAD, 18)


def test_a_label_that_went_is_named_though_it_is_not_there_any_more() -> None:
    for name in ("pull_request.unlabeled", "issues.unlabeled"):
        event = event_of(name)

        assert event.data["label"] not in event.labels


def test_a_review_knows_its_pull_request_and_what_the_reviewer_says() -> None:
    event = event_of("pull_request_review.submitted")

    assert told(event, "author", "actor", "who") == ("ada-lovelace", "bob", "ada-lovelace")
    assert told(event, "branch", "sha", "number") == ("main", HEAD, 18)
    assert (event.data["state"], event.data["reviewer"]) == ("approved", "bob")
    assert event_of("pull_request_review.submitted", "review.state", "CHANGES_REQUESTED").data["state"] == (
        "changes_requested"
    )


def test_a_status_tells_the_commit_its_branch_and_where_the_preview_is() -> None:
    event = event_of("status.success")

    assert told(event, "sha", "branch", "author") == (MERGE, "feature/tax", "ada-lovelace")
    assert (event.data["state"], event.data["context"]) == ("success", "netlify/shop/deploy-preview")
    assert context_of(event, ["*.netlify.example"]).latest["deploy_url"] == (
        "https://deploy-preview-17--shop.netlify.example"
    )
    assert "deploy_url" not in context_of(event, []).latest


def test_a_status_of_a_commit_of_several_branches_is_the_usual_branchs() -> None:
    branches = [{"name": name} for name in ("a", "main", "z")]

    assert event_of("status.success", "branches", branches).branch == "main"
    assert event_of("status.success", "branches", branches[::2]).branch == "a"
    assert event_of("status.success", "branches", []).branch is None


def test_a_check_tells_its_name_its_end_and_its_pull_request() -> None:
    event = event_of("check_run.completed")

    assert told(event, "sha", "branch", "number") == (HEAD, "feature/tax", 17)
    assert (event.data["name"], event.data["conclusion"], event.data["app"]) == (
        "build",
        "success",
        "github-actions",
    )


@pytest.mark.parametrize(
    ("ref", "number"),
    [
        (f"refs/heads/gh-readonly-queue/main/pr-17-{MERGE}", 17),
        (f"refs/heads/gh-readonly-queue/release/2/pr-104-{MERGE}", 104),
        ("refs/heads/gh-readonly-queue/main/pr-99999999999999999999-abc", None),
        ("refs/heads/main", None),
    ],
)
def test_a_merge_queue_asks_about_what_it_merged_for_its_branch(ref: str, number: int | None) -> None:
    event = event_of("merge_group.checks_requested", "merge_group.head_ref", ref)

    assert told(event, "branch", "sha", "number") == ("main", QUEUED, number)
    assert event.title == "Merge pull request #17 from acme/feature/tax"
    assert context_of(event, []).latest["head_sha"] == QUEUED


def test_a_merge_queues_commit_without_a_message_has_no_title() -> None:
    assert event_of("merge_group.checks_requested", "merge_group.head_commit", None).title is None


def test_a_dispatch_keeps_what_it_was_given() -> None:
    told_by_program = event_of("repository_dispatch.own")
    asked_by_hand = event_of("workflow_dispatch.own")

    assert told(told_by_program, "type", "branch", "status") == (
        "repository_dispatch",
        "main",
        EventStatus.RECEIVED,
    )
    assert told_by_program.data["event_type"] == "preview-ready"
    assert told_by_program.data["client_payload"]["nested"] == {"locale": "de"}
    assert told(asked_by_hand, "type", "branch") == ("workflow_dispatch", "release/2.1")
    assert asked_by_hand.data["inputs"] == {"url": "https://staging.acme.example", "locale": "de"}


@pytest.mark.parametrize("value", [None, ...])
def test_a_dispatch_without_inputs_is_one(value: Any) -> None:
    for name, path in (("repository_dispatch.own", "client_payload"), ("workflow_dispatch.own", "inputs")):
        event = event_of(name, path, value)

        assert (event.status, path in event.data, event.remarks) == (EventStatus.RECEIVED, False, ())


def test_inputs_in_an_odd_shape_are_left_out_with_a_remark() -> None:
    event = event_of("repository_dispatch.own", "client_payload", "url=https://evil.example")

    assert "client_payload" not in event.data
    assert event.remarks == ("client_payload is a text, not an object",)


def test_a_tag_is_named_whichever_way_it_is_told() -> None:
    for name in ("push.tag", "create.tag", "release.released"):
        assert context_of(event_of(name), []).latest["tag"] == "v1.4.0"
    by_hand = event_of("workflow_dispatch.own", "ref", "refs/tags/v2")
    assert (by_hand.branch, by_hand.data["tag"]) == (None, "v2")
    assert told(event_of("push.tag"), "branch", "paths", "sha") == (None, None, MERGE)


def test_a_new_branch_is_told_apart_from_a_new_tag() -> None:
    branch, tag = event_of("create.branch"), event_of("create.tag")

    assert told(branch, "type", "branch") == ("create.branch", "feature/tax")
    assert told(tag, "type", "branch") == ("create.tag", None)
    odd = event_of("create.tag", "ref_type", "repository")
    assert (odd.status, odd.problem) == (EventStatus.IGNORED, "it is neither a branch nor a tag")


def test_a_deployment_that_begins_or_is_taken_down_is_told() -> None:
    assert told(event_of("deployment.created"), "environment", "sha", "url") == ("staging", MERGE, None)
    assert event_of("deployment_status.inactive").environment == "staging"
    later = event_of("deployment.created", "action", "edited")
    assert (later.status, later.problem) == (EventStatus.IGNORED, "no trigger names this action")


def test_a_ref_that_is_neither_branch_nor_tag_is_ignored() -> None:
    event = event_of("push", "ref", "refs/notes/commits")

    assert event.problem == "'refs/notes/commits' is neither a branch nor a tag"


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("repository_dispatch.own", "client_payload", {"url": "https://pr-18.preview.acme.example"}),
        ("workflow_dispatch.own", "inputs", {"locale": "fr"}),
        ("status.success", "target_url", "https://deploy-preview-18--shop.netlify.example"),
        ("check_run.completed", "check_run.head_sha", MERGE),
        ("merge_group.checks_requested", "merge_group.head_sha", HEAD),
        ("push.tag", "ref", "refs/tags/v1.4.1"),
        ("create.tag", "ref", "v1.4.1"),
        ("pull_request_review.submitted", "pull_request.number", 19),
        ("pull_request.ready_for_review", "pull_request.number", 19),
        ("deployment_status.inactive", "deployment_status.environment_url", "https://b.acme.example"),
    ],
)
def test_two_that_are_about_different_things_are_never_one_run(name: str, path: str, value: Any) -> None:
    assert key(event_of(name)) == key(event_of(name))
    assert key(event_of(name)) != key(event_of(name, path, value))


@pytest.mark.parametrize(
    ("name", "path", "problem"),
    [
        ("status.success", "state", "state is missing"),
        ("check_run.completed", "check_run.name", "check_run.name is missing"),
        ("merge_group.checks_requested", "merge_group.head_ref", "merge_group.head_ref is missing"),
        ("repository_dispatch.own", "action", "action is missing"),
        ("workflow_dispatch.own", "ref", "ref is missing"),
        ("create.tag", "ref", "ref is missing"),
        ("create.tag", "ref_type", "ref_type is missing"),
        ("pull_request_review.submitted", "review.state", "review.state is missing"),
        ("deployment.created", "deployment.environment", "deployment.environment is missing"),
    ],
)
def test_what_a_kind_cannot_be_without_is_named(name: str, path: str, problem: str) -> None:
    with pytest.raises(Unreadable) as caught:
        event_of(name, path, ...)

    assert str(caught.value) == problem


def test_every_event_that_a_trigger_can_name_is_told_by_an_example() -> None:
    told_by = set()
    for file in PAYLOADS.glob("*.json"):
        if not file.name.startswith(("deploy.", "generic.", "other.")):
            told_by.add(event_of(file.name.removesuffix(".json")).type)

    assert set(EVENT_KEYS) <= told_by
