"""GitHub's API: paging, limits, caching and refusals, against a strict stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders import NOW, a_source
from houses import SteppedClock
from inspect_pipelines.domain.ids import SourceId
from inspect_pipelines.domain.source import Source
from inspect_pipelines.errors import Refused, Unavailable
from resources.code_host.github import GitHub
from stand_ins.code_host import TOKEN, GitHubStandIn, Trouble, github_stand_in

ACME = SourceId("github-acme")


@pytest.fixture
def server() -> Iterator[GitHubStandIn]:
    with github_stand_in() as server:
        yield server


@pytest.fixture
def source(server: GitHubStandIn, monkeypatch: pytest.MonkeyPatch) -> Source:
    monkeypatch.setenv("ACME_TOKEN", TOKEN)
    hook = "repos/acme/shop/hooks/42"
    return replace(a_source(), id=ACME, api_url=server.url, token="${env:ACME_TOKEN}", hook=hook)


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def github(source: Source, clock: SteppedClock) -> GitHub:
    return GitHub({ACME: source}.get, clock)


def test_the_files_of_a_pull_request_are_told_with_both_names_of_a_renamed_one(
    github: GitHub, server: GitHubStandIn
) -> None:
    server.files["acme/shop", 7] = [
        {"filename": "src/new.py", "previous_filename": "src/old.py", "status": "renamed"},
        {"filename": "README.md", "status": "modified"},
    ]

    assert github.changed_paths(ACME, "acme/shop", 7) == ("src/new.py", "src/old.py", "README.md")


def test_three_thousand_files_are_read_in_thirty_pages_and_one_more_is_refused(
    github: GitHub, server: GitHubStandIn
) -> None:
    names = [f"src/{number:04d}.py" for number in range(3001)]
    server.pull_request("acme/shop", 1, *names[:3000])
    server.pull_request("acme/shop", 2, *names)

    paths = github.changed_paths(ACME, "acme/shop", 1)
    asked = len(server.asked)
    with pytest.raises(Refused, match="it changes 3001 files, and GitHub lists 3000 of them"):
        github.changed_paths(ACME, "acme/shop", 2)

    assert paths == tuple(names[:3000])
    assert asked == 31


def test_what_has_not_changed_is_not_sent_again(github: GitHub, server: GitHubStandIn) -> None:
    server.pull_request("acme/shop", 7, *(f"src/{number}" for number in range(150)))

    first = github.changed_paths(ACME, "acme/shop", 7)
    again = github.changed_paths(ACME, "acme/shop", 7)

    assert first == again
    assert (server.statuses[200], server.statuses[304]) == (2, 2)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_that_is_broken_may_be_asked_later_and_is_not_asked_twice_now(
    github: GitHub, server: GitHubStandIn, clock: SteppedClock, status: int
) -> None:
    """It used to be asked three times within 2.5 s, and the caller, who asks again after 5 s, waited for that."""
    server.pull_request("acme/shop", 7, "a")
    server.troubles = [Trouble(status, body="<html>")]

    with pytest.raises(Unavailable, match=f"acme/shop#7 failed: GitHub answers {status}"):
        github.changed_paths(ACME, "acme/shop", 7)

    assert len(server.asked) == 1
    assert clock.monotonic() == 0
    assert github.changed_paths(ACME, "acme/shop", 7) == ("a",)


@pytest.mark.parametrize(
    ("trouble", "seconds"),
    [
        (Trouble(429, {"Retry-After": "120"}), 120),
        (Trouble(403, {"Retry-After": "2"}), 2),
        (
            Trouble(
                403,
                {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW.timestamp()) + 900)},
            ),
            900,
        ),
        (Trouble(403, body='{"message": "You have exceeded a secondary rate limit"}'), 60),
        (Trouble(429), 60),
    ],
)
def test_a_limit_is_kept_without_asking_again(
    github: GitHub, server: GitHubStandIn, clock: SteppedClock, trouble: Trouble, seconds: float
) -> None:
    server.pull_request("acme/shop", 7, "a")
    server.troubles = [trouble]

    with pytest.raises(Unavailable, match=f"GitHub answers {trouble.status}"):
        github.changed_paths(ACME, "acme/shop", 7)
    with pytest.raises(Unavailable, match="GitHub wants no question for"):
        github.changed_paths(ACME, "acme/shop", 7)
    asked = len(server.asked)
    clock.sleep(seconds)

    assert asked == 1
    assert github.changed_paths(ACME, "acme/shop", 7) == ("a",)


def test_nobody_listening_may_be_asked_later(source: Source, clock: SteppedClock) -> None:
    github = GitHub({ACME: replace(source, api_url="http://127.0.0.1:9")}.get, clock)

    with pytest.raises(Unavailable, match=r"failed: GitHub cannot be reached at '127\.0\.0\.1'"):
        github.changed_paths(ACME, "acme/shop", 7)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"token": None}, "source 'github-acme' has no token; add one in organization.yaml"),
        ({"token": "${env:NO_SUCH_TOKEN}"}, "set the environment variable 'NO_SUCH_TOKEN'"),
    ],
)
def test_without_a_token_it_is_not_asked(
    source: Source, clock: SteppedClock, changes: dict[str, Any], reason: str
) -> None:
    github = GitHub({ACME: replace(source, **changes)}.get, clock)

    with pytest.raises(Refused, match=reason):
        github.changed_paths(ACME, "acme/shop", 7)


@pytest.mark.parametrize(
    ("repo", "number", "reason"),
    [
        ("acme/shop", 404, "GitHub answers 404: .*; check the token of source"),
        ("acme/../../user", 7, "is not a repository"),
        ("../shop", 7, "is not a repository"),
        ("acme/..", 7, "is not a repository"),
    ],
)
def test_what_there_is_not_is_refused(github: GitHub, repo: str, number: int, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        github.changed_paths(ACME, repo, number)


def test_a_wrong_token_is_refused_and_not_shown(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_TOKEN", "ghs_wrong")

    with pytest.raises(Refused, match="GitHub answers 401") as error:
        github.changed_paths(ACME, "acme/shop", 7)

    assert "ghs_wrong" not in str(error.value)


def test_a_token_that_cannot_be_sent_is_refused_and_not_shown(
    github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_TOKEN", "ghs_schlüssel")

    with pytest.raises(Refused, match="the token of source 'github-acme' is not ASCII; check it") as error:
        github.changed_paths(ACME, "acme/shop", 7)

    assert "schl" not in str(error.value)


@pytest.mark.parametrize("body", ["{", '{"message": "odd"}', "[1]"])
def test_an_odd_answer_is_not_no_files(github: GitHub, server: GitHubStandIn, body: str) -> None:
    server.troubles = [Trouble(200, body=body)]

    with pytest.raises(Unavailable, match="the answer is not"):
        github.changed_paths(ACME, "acme/shop", 7)


def test_a_next_page_elsewhere_never_gets_the_token(github: GitHub, server: GitHubStandIn) -> None:
    link = {"Link": '<http://127.0.0.1:9/steal>; rel="next"'}
    server.troubles = [Trouble(200, link, body='[{"filename": "a"}]')]

    assert github.changed_paths(ACME, "acme/shop", 7) == ("a",)


def a_delivery(number: int, guid: str, status: int, minutes_ago: int) -> dict[str, Any]:
    at = NOW - timedelta(minutes=minutes_ago)
    return {
        "id": number,
        "guid": guid,
        "status_code": status,
        "delivered_at": at.isoformat().replace("+00:00", "Z"),
    }


def test_deliveries_whose_newest_attempt_failed_are_told_oldest_first(
    github: GitHub, server: GitHubStandIn
) -> None:
    server.deliveries = [
        a_delivery(5, "late", 502, 1),
        a_delivery(4, "mended", 202, 2),
        a_delivery(3, "mended", 500, 3),
        a_delivery(2, "early", 0, 4),
        a_delivery(1, "older", 500, 60),
    ]

    failed = github.failed_deliveries(ACME, since=NOW - timedelta(minutes=30))
    github.redeliver(ACME, failed[0])

    assert [(one.id, one.guid) for one in failed] == [(2, "early"), (5, "late")]
    assert server.redelivered == [2]


def test_a_source_without_a_hook_or_with_odd_deliveries_says_so(
    source: Source, clock: SteppedClock, server: GitHubStandIn
) -> None:
    bare = GitHub({ACME: replace(source, hook=None)}.get, clock)
    with pytest.raises(Refused, match="the source names no hook"):
        bare.failed_deliveries(ACME, since=NOW)
    gone = GitHub({}.get, clock)
    with pytest.raises(Refused, match="has no source 'github-acme' any more"):
        gone.failed_deliveries(ACME, since=NOW)
    server.deliveries = [{"id": 1}]
    odd = GitHub({ACME: source}.get, clock)
    with pytest.raises(Unavailable, match="not as GitHub documents it"):
        odd.failed_deliveries(ACME, since=NOW)


def test_an_enterprise_server_in_our_own_networks_is_asked_and_what_it_redirects_to_is_not(
    github: GitHub, server: GitHubStandIn
) -> None:
    """httpx followed every redirect and only dropped the token: a server that was taken over could make us ask others."""
    server.pull_request("acme/shop", 7, "a")
    location = {"Location": f"{server.url.replace('127.0.0.1', 'localhost')}/repos/acme/shop/pulls/7/files"}
    server.troubles = [Trouble(307, location)]

    with pytest.raises(Refused, match="a redirect to another host, 'localhost', which is not followed"):
        github.changed_paths(ACME, "acme/shop", 7)

    assert len(server.asked) == 1
    assert github.changed_paths(ACME, "acme/shop", 7) == ("a",)


def test_a_repository_that_was_renamed_is_followed_on_the_same_server(
    github: GitHub, server: GitHubStandIn
) -> None:
    server.pull_request("acme/store", 7, "a")
    server.troubles = [Trouble(301, {"Location": "/repos/acme/store/pulls/7/files?per_page=100"})]

    assert github.changed_paths(ACME, "acme/shop", 7) == ("a",)


def test_a_page_of_files_with_large_patches_is_read(github: GitHub, server: GitHubStandIn) -> None:
    """A channel's answers end at 2 MB; a hundred files bring their patches along."""
    server.files["acme/shop", 7] = [{"filename": f"src/{n}", "patch": "+" * 50_000} for n in range(60)]

    assert len(github.changed_paths(ACME, "acme/shop", 7)) == 60
