"""What GitHub's API answers of a pull request and of a deployment's statuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from inspect_pipelines.domain.payload import Payload
from inspect_pipelines.errors import Unavailable, Unreadable
from inspect_pipelines.ports.code_host import PullRequest

ENDED = frozenset({"failure", "error", "inactive"})


def as_pull_request(body: Any, asked: str) -> PullRequest:
    """The pull request.

    Raises:
        Unavailable: It is not as GitHub documents it.
    """
    payload = Payload(body, "the answer")
    try:
        payload.needed("head.sha")
        return PullRequest(
            payload.sha("head.sha") or "",
            payload.name("head.ref") or "",
            payload.needed("base.ref"),
            payload.name("head.repo.full_name") or "",
        )
    except Unreadable as error:
        raise Unavailable(f"{asked} failed: {error}") from error


def preview_of(statuses: Sequence[Mapping[str, Any]]) -> tuple[str | None, bool]:
    """The address that a deployment's newest status tells, if it is a success; else whether the deployment goes on."""
    newest = Payload(statuses[0] if statuses else {}, "the status")
    try:
        state = newest.name("state") or "pending"
        if state != "success":
            return None, state not in ENDED
        return newest.url("environment_url") or newest.url("target_url"), False
    except Unreadable:  # an address of an odd shape is none
        return None, False
