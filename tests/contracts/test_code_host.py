"""What holds for every code host: GitHub's own class against its strict stand-in, and the one in memory of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from builders import NOW, a_source
from code_hosts import RememberedCodeHost
from houses import SteppedClock
from inspect_pipelines.domain.ids import SourceId
from inspect_pipelines.errors import Refused, Unavailable
from inspect_pipelines.ports.code_host import CodeHost, FailedDelivery, PullRequest
from resources.code_host.github import GitHub
from stand_ins.code_host import TOKEN, GitHubStandIn, Trouble, github_stand_in

ACME, BARE = SourceId("acme"), SourceId("bare")


@dataclass
class InMemory:
    host: RememberedCodeHost = field(default_factory=lambda: RememberedCodeHost())

    def __post_init__(self) -> None:
        self.host.without_hook.add(BARE)

    def renames(self, number: int, old: str, new: str) -> None:
        self.host.pulls["acme/shop", number] = (new, old)

    def is_at(self, number: int, head_sha: str) -> None:
        self.host.heads["acme/shop", number] = PullRequest(head_sha, "feature/tax", "main")

    def deployed(self, sha: str, *urls: str | None) -> None:
        self.host.previews["acme/shop", sha] = list(urls)

    def commented(self, comment_id: int) -> None:
        self.host.comments.add(("acme/shop", comment_id))

    def reactions(self) -> set[tuple[str, int, str]]:
        return self.host.reactions

    def breaks(self) -> None:
        self.host.answers.append(Unavailable("it answers 502"))

    def attempted(self, *attempts: tuple[int, str, bool, int]) -> None:
        self.host.attempts = [
            (FailedDelivery(number, guid, NOW - timedelta(minutes=ago)), arrived)
            for number, guid, arrived, ago in attempts
        ]

    def redelivered(self) -> list[int]:
        return [one.id for one in self.host.redelivered]


@dataclass
class OverHttp:
    host: GitHub
    server: GitHubStandIn

    def renames(self, number: int, old: str, new: str) -> None:
        self.server.files["acme/shop", number] = [
            {"filename": new, "previous_filename": old, "status": "renamed"}
        ]

    def is_at(self, number: int, head_sha: str) -> None:
        head = {"ref": "feature/tax", "sha": head_sha}
        self.server.heads["acme/shop", number] = {"head": head, "base": {"ref": "main", "sha": "0" * 40}}

    def deployed(self, sha: str, *urls: str | None) -> None:
        def statuses(url: str | None) -> list[dict[str, str]]:
            if url is None:
                return [{"state": "in_progress"}]
            return [{"state": "success", "environment_url": url} if url else {"state": "failure"}]

        self.server.deployments["acme/shop", sha] = [statuses(url) for url in urls]

    def commented(self, comment_id: int) -> None:
        self.server.comments.add(("acme/shop", comment_id))

    def reactions(self) -> set[tuple[str, int, str]]:
        return self.server.reactions

    def breaks(self) -> None:
        self.server.troubles = [Trouble(502, body="<html>")]

    def attempted(self, *attempts: tuple[int, str, bool, int]) -> None:
        self.server.deliveries = [
            {
                "id": number,
                "guid": guid,
                "status_code": 202 if arrived else 502,
                "delivered_at": (NOW - timedelta(minutes=ago)).isoformat().replace("+00:00", "Z"),
            }
            for number, guid, arrived, ago in attempts
        ]

    def redelivered(self) -> list[int]:
        return self.server.redelivered


Rig = InMemory | OverHttp


@pytest.fixture(params=["memory", "github"])
def rig(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    if request.param == "memory":
        yield InMemory()
        return
    monkeypatch.setenv("ACME_TOKEN", TOKEN)
    with github_stand_in() as server:
        source = replace(a_source(), api_url=server.url, token="${env:ACME_TOKEN}")
        known = {
            ACME: replace(source, id=ACME, hook="repos/acme/shop/hooks/42"),
            BARE: replace(source, id=BARE, hook=None),
        }
        yield OverHttp(GitHub(known.get, SteppedClock()), server)


@pytest.fixture
def host(rig: Rig) -> CodeHost:
    return rig.host


def test_a_renamed_file_is_told_under_both_names(rig: Rig, host: CodeHost) -> None:
    rig.renames(7, "src/old.py", "src/new.py")

    assert host.changed_paths(ACME, "acme/shop", 7) == ("src/new.py", "src/old.py")


def test_what_there_is_not_is_refused(host: CodeHost) -> None:
    with pytest.raises(Refused, match=r"asking .*for the files of acme/shop#404 failed"):
        host.changed_paths(ACME, "acme/shop", 404)


def test_a_passing_trouble_may_be_asked_again_and_is_then_answered(rig: Rig, host: CodeHost) -> None:
    rig.renames(7, "a", "b")
    rig.breaks()

    with pytest.raises(Unavailable) as caught:
        host.changed_paths(ACME, "acme/shop", 7)

    assert caught.value.retry_may_help
    assert host.changed_paths(ACME, "acme/shop", 7) == ("b", "a")


def test_of_each_delivery_the_newest_attempt_counts_and_the_oldest_comes_first(
    rig: Rig, host: CodeHost
) -> None:
    rig.attempted(
        (5, "late", False, 1),
        (4, "mended", True, 2),
        (3, "mended", False, 3),
        (2, "early", False, 4),
        (1, "before", False, 60),
    )

    failed = host.failed_deliveries(ACME, since=NOW - timedelta(minutes=30))

    assert [(one.id, one.guid) for one in failed] == [(2, "early"), (5, "late")]
    assert [one.delivered_at for one in failed] == [NOW - timedelta(minutes=4), NOW - timedelta(minutes=1)]


def test_a_delivery_is_asked_for_again_by_its_attempt(rig: Rig, host: CodeHost) -> None:
    rig.attempted((2, "early", False, 4))
    (failed,) = host.failed_deliveries(ACME, since=NOW - timedelta(minutes=30))

    host.redeliver(ACME, failed)

    assert rig.redelivered() == [2]


def test_a_source_without_a_hook_is_refused(host: CodeHost) -> None:
    with pytest.raises(Refused, match=r"no .*hook"):
        host.failed_deliveries(BARE, since=NOW)


def test_a_pull_request_tells_its_head_and_its_base(rig: Rig, host: CodeHost) -> None:
    rig.is_at(7, "a" * 40)

    assert host.pull_request(ACME, "acme/shop", 7) == PullRequest("a" * 40, "feature/tax", "main")
    with pytest.raises(Refused, match=r"the head of acme/shop#404 failed"):
        host.pull_request(ACME, "acme/shop", 404)


def test_the_preview_is_the_newest_successful_deployments(rig: Rig, host: CodeHost) -> None:
    rig.deployed("a" * 40, "", None, "https://new.preview.test", "https://old.preview.test")

    assert host.preview_url(ACME, "acme/shop", "a" * 40) == "https://new.preview.test"


def test_a_preview_that_is_being_made_is_waited_for(rig: Rig, host: CodeHost) -> None:
    rig.deployed("a" * 40, "", None)

    with pytest.raises(Unavailable, match="a deployment goes on"):
        host.preview_url(ACME, "acme/shop", "a" * 40)


@pytest.mark.parametrize("deployed", [(), ("",)])
def test_a_commit_without_a_successful_deployment_has_no_preview(
    rig: Rig, host: CodeHost, deployed: tuple[str, ...]
) -> None:
    rig.deployed("a" * 40, *deployed)

    with pytest.raises(Refused, match="no successful deployment with an address"):
        host.preview_url(ACME, "acme/shop", "a" * 40)


def test_a_reaction_stands_under_its_comment_once(rig: Rig, host: CodeHost) -> None:
    rig.commented(501)

    host.react(ACME, "acme/shop", 501, "confused")
    host.react(ACME, "acme/shop", 501, "confused")

    assert rig.reactions() == {("acme/shop", 501, "confused")}
    with pytest.raises(Refused, match="reacting to the comment 502 of acme/shop failed"):
        host.react(ACME, "acme/shop", 502, "confused")
