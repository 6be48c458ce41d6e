"""A code host in memory, for use cases; tests/contracts/test_code_host.py holds it to what GitHub does."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from inspect_pipelines.domain.ids import SourceId
from inspect_pipelines.errors import Refused, Unavailable
from inspect_pipelines.ports.code_host import FailedDelivery, PullRequest


class RememberedCodeHost:
    """Knows the pull requests and the attempts to deliver that a test gives it, unless an answer is set.

    Args:
        answers: What the next questions for changed paths are answered, before it looks itself; errors are raised.
    """

    def __init__(self, *answers: tuple[str, ...] | Exception) -> None:
        self.answers = deque(answers)
        self.pulls: dict[tuple[str, int], tuple[str, ...]] = {}
        self.heads: dict[tuple[str, int], PullRequest] = {}
        self.previews: dict[
            tuple[str, str], list[str | None]
        ] = {}  # newest first; None: it goes on; empty: it failed
        self.reactions: set[tuple[str, int, str]] = set()
        self.comments: set[tuple[str, int]] = set()
        self.is_away = False
        self.attempts: list[tuple[FailedDelivery, bool]] = []  # newest first; True: it arrived
        self.without_hook: set[SourceId] = set()
        self.trouble: dict[str, Exception] = {}  # by guid: why it is not delivered again
        self.asked: list[tuple[str, str, int]] = []
        self.looks: list[datetime] = []
        self.redelivered: list[FailedDelivery] = []

    def changed_paths(self, source_id: SourceId, repo: str, number: int) -> tuple[str, ...]:
        self.asked.append((source_id, repo, number))
        answer = self.answers.popleft() if self.answers else self.pulls.get((repo, number))
        if answer is None:
            raise Refused(f"asking for the files of {repo}#{number} failed: there is no such pull request")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def pull_request(self, source_id: SourceId, repo: str, number: int) -> PullRequest:
        self._here()
        if (repo, number) not in self.heads:
            raise Refused(f"asking for the head of {repo}#{number} failed: there is no such pull request")
        return self.heads[repo, number]

    def preview_url(self, source_id: SourceId, repo: str, sha: str) -> str:
        self._here()
        asked = f"asking for the deployments of {repo}@{sha[:12]}"
        found = self.previews.get((repo, sha), [])
        for url in filter(None, found):
            return url
        if None in found:
            raise Unavailable(f"{asked} must wait: a deployment goes on")
        raise Refused(f"{asked} failed: it has no successful deployment with an address")

    def react(self, source_id: SourceId, repo: str, comment_id: int, reaction: str) -> None:
        self._here()
        if (repo, comment_id) not in self.comments:
            raise Refused(f"reacting to the comment {comment_id} of {repo} failed: there is none")
        self.reactions.add((repo, comment_id, reaction))

    def _here(self) -> None:
        if self.is_away:
            raise Unavailable("GitHub is away")

    def failed_deliveries(self, source_id: SourceId, *, since: datetime) -> list[FailedDelivery]:
        self.looks.append(since)
        if source_id in self.without_hook:
            raise Refused("no such hook")
        newest: dict[str, tuple[FailedDelivery, bool]] = {}
        for attempt, arrived in self.attempts:
            if attempt.delivered_at >= since:
                newest.setdefault(attempt.guid, (attempt, arrived))
        failed = [attempt for attempt, arrived in newest.values() if not arrived]
        return sorted(failed, key=lambda one: (one.delivered_at, one.id))

    def redeliver(self, source_id: SourceId, delivery: FailedDelivery) -> None:
        if delivery.guid in self.trouble:
            raise self.trouble[delivery.guid]
        self.redelivered.append(delivery)


class KnowingHost(RememberedCodeHost):
    """Every pull request changes the same file."""

    def changed_paths(self, source_id: SourceId, repo: str, number: int) -> tuple[str, ...]:
        self.pulls[repo, number] = ("src/a",)
        return super().changed_paths(source_id, repo, number)
