from __future__ import annotations

import time

import pytest

from inspect_pipelines.domain.channel import Person
from inspect_pipelines.domain.message import CommitContext, MessageKind, Urgency
from inspect_pipelines.errors import ChannelError
from messages import a_message
from resources.channels.github.comment import MARKER, MAX_BODY, merged, section
from resources.channels.github.status import state
from resources.channels.who import People
from stand_ins.channel_rigs import Rig
from stand_ins.github import SHA
from stand_ins.server import Says


def test_a_commit_gets_a_status_per_definition_with_a_link(github: Rig) -> None:
    github.send(a_message(sentence="x" * 500))

    (status,) = github.service.statuses
    assert status["state"] == "failure"
    assert status["context"] == "inspect-pipelines/Nightly checkout"
    assert status["target_url"] == "https://qa.acme.example/runs/2"
    assert len(status["description"]) == 140


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"verdict": "failed"}, "failure"),
        ({"verdict": "error"}, "error"),
        ({"verdict": "timeout"}, "error"),
        ({"verdict": "needs_review"}, "pending"),
        ({"verdict": "passed"}, "success"),
        ({"kind": MessageKind.RESOLVED}, "success"),
        ({"kind": MessageKind.FLAKY, "verdict": "flaky"}, "success"),
        ({"kind": MessageKind.COMPLETE, "verdict": "failed"}, "failure"),
        ({"verdict": "", "severity": Urgency.INFO}, "success"),
        ({"kind": MessageKind.TEST, "verdict": ""}, "pending"),
    ],
)
def test_the_status_follows_the_verdict(changes, expected) -> None:
    assert state(a_message(**changes)) == expected


def test_a_pull_request_gets_one_comment_that_is_edited_in_place(github: Rig) -> None:
    github.service.say("octocat", "please look")

    first = github.send()
    github.send(a_message(kind=MessageKind.RESOLVED, verdict="passed"), first.thread, number=2)
    github.send(number=3)  # no thread is known: found by its marker

    assert [one["body"].startswith(MARKER) for one in github.service.comments] == [False, True]
    assert first.thread == {"comment": "1001"}


def test_two_definitions_share_the_comment_each_in_its_own_section(github: Rig) -> None:
    github.send(a_message(definition_name="Checkout"))
    github.send(a_message(definition_name="Search"), number=2)
    github.send(a_message(definition_name="Checkout", kind=MessageKind.RESOLVED), number=3)

    (comment,) = github.service.comments
    body = comment["body"]
    assert body.index("Resolved: Nightly checkout failed") < body.index("| **Definition** | Search |")
    assert body.count("<!-- inspect:") == 2


def test_a_comment_of_somebody_else_with_our_marker_is_left_alone(github: Rig) -> None:
    github.service.say("mallory", f"{MARKER}\nmine now")

    github.send()

    assert github.service.comments[0]["body"] == f"{MARKER}\nmine now"
    assert github.service.comments[1]["user"]["login"] == "qa-bot"


def test_an_apps_token_that_may_not_ask_who_it_is_finds_its_comment(github: Rig) -> None:
    github.service.me = None

    github.send()
    github.send(number=2)

    assert len(github.service.comments) == 1


def test_our_comment_is_found_on_a_later_page(github: Rig) -> None:
    for number in range(150):
        github.service.say("octocat", f"comment {number}")
    github.send()
    github.send(number=2)

    assert len(github.service.comments) == 151


def test_a_comment_that_was_deleted_is_written_anew(github: Rig) -> None:
    first = github.send()
    github.service.comments.clear()

    again = github.send(thread=first.thread, number=2)

    assert len(github.service.comments) == 1
    assert again.text


def test_a_used_up_rate_limit_says_when_it_is_over(github: Rig) -> None:
    reset = int(time.time()) + 120
    github.says(
        Says(403, {"message": "limit"}, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset)})
    )

    with pytest.raises(ChannelError) as caught:
        github.send()

    assert caught.value.retry_may_help
    assert 60 < (caught.value.retry_after_seconds or 0) <= 120


def test_a_secondary_limit_on_an_edit_is_no_lost_right_to_edit(github: Rig) -> None:
    first = github.send()
    github.says(None, None, Says(403, {"message": "secondary limit"}, {"Retry-After": "60"}))

    with pytest.raises(ChannelError) as caught:
        github.send(thread=first.thread, number=2)

    assert caught.value.retry_after_seconds == 60.0
    assert len(github.service.comments) == 1


@pytest.mark.parametrize("repo", ["acme", "acme/shop/../../user", "acme/..", "a b/c", "/x"])
def test_a_repository_that_would_lead_elsewhere_is_refused(github: Rig, repo: str) -> None:
    with pytest.raises(ChannelError, match="is not a repository"):
        github.send(a_message(commit=CommitContext(repo, SHA)))

    assert github.service.requests == []


def test_a_text_that_is_no_sha_is_refused(github: Rig) -> None:
    with pytest.raises(ChannelError, match="'main' is not a commit's sha"):
        github.send(a_message(commit=CommitContext("acme/shop", "main")))


@pytest.mark.parametrize("commit", [None, CommitContext("acme/shop")])
def test_what_belongs_to_no_commit_is_not_written(github: Rig, commit) -> None:
    assert "nothing was written to GitHub" in github.send(a_message(commit=commit)).text
    assert github.service.requests == []


def test_the_author_is_mentioned_and_strangers_are_not(github: Rig) -> None:
    github.send(a_message(mentions=("octocat", "torvalds"), sentence="@torvalds closes #1"))

    (comment,) = github.service.comments
    assert "\n@octocat @\u200btorvalds\n" in comment["body"]
    assert "@torvalds" not in comment["body"]
    assert "#1" not in comment["body"].replace("#\u200b1", "").partition("| | |")[0]


def test_sections_that_no_longer_fit_are_left_out_and_ours_stays() -> None:
    body = ""
    for number in range(40):
        message = a_message(definition_name=f"definition {number}", lines=("x" * 299,) * 30)
        body = merged(body, section(message, People()))

    assert len(body) <= MAX_BODY + len(MARKER) + 1
    assert "definition 39" in body
    assert "| definition 0 |" not in body


def test_an_answer_without_a_comments_id_is_no_receipt(github: Rig) -> None:
    github.says(None, Says(200, []), Says(201, {}))

    with pytest.raises(ChannelError, match="answers without a comment's id"):
        github.send()


@pytest.mark.parametrize("login", ["ada_acme", "ada-", "a--b", "acme/qa_team"])
def test_managed_and_legacy_logins_and_teams_are_mentioned(login: str) -> None:
    """A comment put a sign after the `@` that keeps GitHub from notifying, also of somebody whom `people:` knows."""
    text = section(a_message(mentions=(f"@{login}",)), People((Person(login),)))

    assert f"@{login}" in text
