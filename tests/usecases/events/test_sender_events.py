"""What deploy services and code hosts tell in their own words, as events, by the examples in tests/payloads."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from builders import a_source
from inspect_pipelines.domain.context import context_of
from inspect_pipelines.domain.event import Delivery, Event, EventStatus, SourceKind
from inspect_pipelines.domain.ids import DEFAULT_ORG, EventId
from inspect_pipelines.domain.sender import MAPPINGS
from inspect_pipelines.usecases.events.normalise import normalise
from senders import payload

SEVEN = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
SHA = "9049f1265b7d61be4a8904a9a27120d2064dab3b"


def event_of(kind: SourceKind, body: bytes, *, at: datetime = SEVEN + timedelta(minutes=1)) -> Event:
    source = a_source(kind=kind, repos=())
    delivery = Delivery(EventId("e"), DEFAULT_ORG, source.id, kind, "sha256:0", "", body, at)
    return normalise(delivery, source)


def example(kind: SourceKind, **changes: Any) -> bytes:
    return json.dumps(json.loads(payload(f"deploy.{kind.value}")) | changes).encode()


@pytest.mark.parametrize(
    ("kind", "environment", "url", "repo", "branch"),
    [
        (SourceKind.VERCEL, "production", "https://shop-5f3k.vercel.app", "acme/shop", "main"),
        (SourceKind.NETLIFY, "production", "https://6740c0ffee--shop.netlify.app", None, "main"),
        (SourceKind.HEROKU, "shop-staging", None, None, None),
        (SourceKind.GITLAB, "staging", "https://staging.acme.example", "acme/shop", "main"),
        (
            SourceKind.BITBUCKET,
            "Deploy preview",
            "https://deploy-preview-17--shop.netlify.example",
            "acme/shop",
            "feature/tax",
        ),
        (SourceKind.GITEA, "deploy/preview", "https://pr-17.preview.acme.example", "acme/shop", None),
    ],
)
def test_each_services_good_deploy_is_a_completed_one(
    kind: SourceKind, environment: str, url: str | None, repo: str | None, branch: str | None
) -> None:
    event = event_of(kind, payload(f"deploy.{kind.value}"))

    assert (event.type, event.status, event.problem, event.remarks) == (
        "deployment.completed",
        EventStatus.RECEIVED,
        "",
        (),
    )
    assert (event.environment, event.url, event.repo, event.branch, event.sha) == (
        environment,
        url,
        repo,
        branch,
        SHA,
    )
    assert abs((event.event_time or SEVEN - timedelta(days=1)) - SEVEN) < timedelta(seconds=1)
    if url:
        assert context_of(event, ["*"]).latest["deploy_url"] == url


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        (SourceKind.VERCEL, example(SourceKind.VERCEL, type="deployment.error"), "deployment.failed"),
        (SourceKind.VERCEL, example(SourceKind.VERCEL, type="deployment.created"), "deployment.created"),
        (SourceKind.NETLIFY, example(SourceKind.NETLIFY, state="error"), "deployment.failed"),
        (
            SourceKind.HEROKU,
            example(
                SourceKind.HEROKU,
                data=json.loads(payload("deploy.heroku"))["data"] | {"status": "failed"},
            ),
            "deployment.failed",
        ),
        (SourceKind.GITLAB, example(SourceKind.GITLAB, status="failed"), "deployment.failed"),
        (SourceKind.GITEA, payload("deploy.gitea-workflow"), "deployment.failed"),
        (SourceKind.GITEA, example(SourceKind.GITEA, state="error"), "deployment.failed"),
    ],
)
def test_the_other_ends_of_a_deploy_are_told_apart(kind: SourceKind, body: bytes, expected: str) -> None:
    event = event_of(kind, body)

    assert (event.type, event.status) == (expected, EventStatus.RECEIVED)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("other.vercel", "deployment.project.created"),
        ("other.netlify", "deployment.building"),
        ("other.heroku", "heroku.other"),
        ("other.heroku-current", "heroku.other"),
        ("other.gitlab", "gitlab.other"),
        ("other.bitbucket", "bitbucket.other"),
        ("other.gitea", "gitea.other"),
    ],
)
def test_what_tells_of_no_deploy_or_of_one_that_goes_on_is_ignored(name: str, expected: str) -> None:
    kind = SourceKind(name.partition(".")[2].partition("-")[0])

    event = event_of(kind, payload(name))

    assert (event.type, event.status) == (expected, EventStatus.IGNORED)


def test_a_gitlab_group_within_a_group_leaves_the_repository_out_with_a_remark() -> None:
    project = {"path_with_namespace": "acme/web/shop"}

    event = event_of(SourceKind.GITLAB, example(SourceKind.GITLAB, project=project))

    assert (event.status, event.repo) == (EventStatus.RECEIVED, None)
    assert event.data["project"] == "acme/web/shop"
    assert "repo is 'acme/web/shop', not a repository" in event.remarks[0]


@pytest.mark.parametrize("kind", sorted(MAPPINGS))
@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b"null", b'"x"', b'{"commit_status": [], "data": 7, "payload": "", "project": []}']
)
def test_a_payload_of_any_shape_is_an_event_that_starts_nothing(kind: SourceKind, body: bytes) -> None:
    assert event_of(kind, body).status in (EventStatus.IGNORED, EventStatus.UNREADABLE)


@pytest.mark.parametrize("kind", sorted(MAPPINGS))
def test_what_comes_after_its_id_was_forgotten_starts_nothing(kind: SourceKind) -> None:
    """These services sign no time of sending, so that what somebody recorded could be sent again for ever."""
    body = payload(f"deploy.{kind.value}")

    in_time = event_of(kind, body, at=SEVEN + timedelta(days=6))
    late = event_of(kind, body, at=SEVEN + timedelta(days=8, hours=1))

    assert in_time.status is EventStatus.RECEIVED
    assert (late.status, late.problem) == (
        EventStatus.IGNORED,
        "it came 8 days after it happened; perhaps somebody sent it again",
    )
