from __future__ import annotations

from datetime import UTC, datetime

from inspect_pipelines.domain.control_plane import actor_problem
from inspect_pipelines.domain.remote_session import RemoteSession, RemoteStatus, key_of, title_of


def test_a_title_ends_with_what_only_this_session_has() -> None:
    title = title_of("Nightly \n shop " + "x" * 500, "r1", "r1.2")

    assert title.startswith("Nightly shop x")
    assert title.endswith(" [run:r1] [session:r1.2]")
    assert len(title) < 200
    assert key_of("r1", "r1.2") in title
    assert key_of("r1", "r1.20") not in title


def test_a_session_goes_on_until_it_has_ended() -> None:
    at = datetime(2026, 11, 29, tzinfo=UTC)

    found = {
        status: RemoteSession("s", "r", "shop", "t", at, status=status).is_open for status in RemoteStatus
    }

    assert [status for status, is_open in found.items() if not is_open] == [RemoteStatus.ENDED]


def test_an_actor_is_of_its_service() -> None:
    assert actor_problem("github:qa", "") == actor_problem("slack:qa", "slack-bot") == ""
    assert actor_problem("qa", "web") == "is no service account; write 'user:NAME'"
    assert (
        actor_problem("slack:qa", "")
        == "is not of the service 'github-bot', whose accounts begin with 'github:'"
    )
