"""What is asked of a control plane, over real HTTP: signed as it wants, and each refusal told so that somebody can mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from inspect_pipelines.errors import Unavailable
from open_inspect_rig import access, client
from resources.sessions.open_inspect.access import Access
from resources.sessions.open_inspect.busy import Busy
from resources.sessions.open_inspect.refusal import ControlPlaneRefused, SessionGone
from stand_ins.open_inspect import ACTOR, SECRET, Agent, ControlPlane
from stand_ins.server import Says


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    plane = ControlPlane()
    yield plane
    plane.close()


def test_a_session_is_opened_prompted_followed_and_archived(plane: ControlPlane) -> None:
    ours = client(plane)

    session = ours.create("Nightly [run:r1]", "acme/shop", "main")
    message = ours.prompt(session, "Look at it ✓")
    looks = [ours.messages(session)[0].status for _ in range(3)]
    ours.archive(session)

    assert plane.only.asked == {
        "title": "Nightly [run:r1]",
        "repoOwner": "acme",
        "repoName": "shop",
        "branch": "main",
    }
    assert plane.only.messages[0].content == "Look at it ✓"
    assert looks == ["processing", "completed", "completed"]
    assert [each.title for each in ours.listed()] == ["Nightly [run:r1]"]
    assert ours.events(session, message, "token", most=1)[0].data["content"].endswith("```")
    assert plane.only.is_archived
    assert plane.refused == []


def test_model_and_effort_are_told_where_somebody_chose_them(plane: ControlPlane) -> None:
    client(plane, model="large", effort="high").create("t", None, None)

    assert plane.only.asked == {"title": "t", "model": "large", "reasoningEffort": "high"}


def test_every_page_of_events_is_asked_for(plane: ControlPlane) -> None:
    plane.agent = lambda title: Agent(costs=(0.5,) * 450)
    ours = client(plane)
    session = ours.create("t", None, None)
    message = ours.prompt(session, "go")
    ours.messages(session)
    ours.messages(session)

    assert len(ours.events(session, message, "step_finish")) == 450


def test_an_id_with_odd_signs_is_signed_as_it_is_sent(plane: ControlPlane) -> None:
    with pytest.raises(SessionGone):
        client(plane).messages("größe/日本 1?x=1#y")

    assert plane.refused == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"secret": "${file:SECRET}"}, "401 (Unauthorized: signature); check the secret"),
        ({"service": "somebody-else"}, "401 (Unauthorized); check the secret"),
        ({"actor": ""}, "403 (actor required); set INSPECT_OPEN_INSPECT_ACTOR"),
        ({"actor": "linear:inspect-qa"}, "403 (actor is not of this service's namespace); set"),
    ],
)
def test_what_a_person_must_change_is_said_and_never_tried_again(
    plane: ControlPlane, changes: dict[str, str], says: str
) -> None:
    with pytest.raises(ControlPlaneRefused) as refused:
        client(plane, resolve=lambda reference: SECRET if "OI" in reference else "wrong", **changes).create(
            "t", None, None
        )

    assert says in str(refused.value)
    assert SECRET not in str(refused.value)
    assert not refused.value.retry_may_help


def test_a_repository_that_is_not_installed_is_named(plane: ControlPlane) -> None:
    with pytest.raises(
        ControlPlaneRefused, match=r"on acme/other: it answers 404 .* install the control plane's app"
    ):
        client(plane).create("t", "acme/other", None)


@pytest.mark.parametrize(("offset", "says"), [(600, "s behind"), (-600, "s ahead of")])
def test_a_clock_that_is_ten_minutes_off_is_blamed_and_not_the_secret(offset: float, says: str) -> None:
    plane = ControlPlane(clock_offset_seconds=offset)
    try:
        with pytest.raises(
            ControlPlaneRefused, match=rf"clock is (599|600|601) {says} the control plane's.*NTP"
        ):
            client(plane).create("t", None, None)
    finally:
        plane.close()


def test_a_nonce_is_good_for_once(plane: ControlPlane) -> None:
    ours = client(plane)
    for _ in range(20):
        ours.listed()
    assert len(plane.nonces) == 20

    request = plane.requests[-1]
    again = plane.answer(request)

    assert (again.status, again.body) == (401, {"error": "Unauthorized: nonce was used before"})


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_what_may_be_answered_another_time_says_so(plane: ControlPlane, status: int) -> None:
    plane.next.append(Says(status, {"error": "busy"}, {"Retry-After": "7"}))

    with pytest.raises(Busy) as failed:
        client(plane).listed()

    assert failed.value.retry_may_help
    assert failed.value.retry_after_seconds == 7


@pytest.mark.parametrize("breaks", ["half", "close"])
def test_half_an_answer_is_none(plane: ControlPlane, breaks: str) -> None:
    plane.next.append(Says(breaks=breaks))

    with pytest.raises(Busy):
        client(plane).listed()


@pytest.mark.parametrize("body", ["<html>hello</html>", {"items": []}, [], "{", {"sessions": "none"}])
def test_whoever_answers_otherwise_is_no_control_plane(plane: ControlPlane, body: object) -> None:
    plane.next.append(Says(200, body))

    with pytest.raises(Unavailable, match="check its address"):
        client(plane).listed()


def test_a_redirect_to_another_host_is_not_followed(plane: ControlPlane) -> None:
    plane.next.append(Says(307, "", {"Location": "https://evil.example/sessions"}))

    with pytest.raises(ControlPlaneRefused, match=r"another host, 'evil\.example'"):
        client(plane).create("t", None, None)


def test_a_private_address_is_not_asked_unless_somebody_allows_it(plane: ControlPlane) -> None:
    with pytest.raises(ControlPlaneRefused, match="allow_private"):
        client(plane, allow_private=()).listed()

    assert plane.requests == []


def test_a_secret_shows_in_nothing_that_is_kept(plane: ControlPlane) -> None:
    plane.next.append(Says(400, {"error": f"you sent {SECRET}"}))

    with pytest.raises(ControlPlaneRefused) as refused:
        client(plane).listed()

    assert SECRET not in str(refused.value)
    assert SECRET not in repr(replace(access(plane)))
    assert all(SECRET not in str(dict(request.headers)) for request in plane.requests)


def test_access_holds_a_reference() -> None:
    assert Access("https://cp.example", "${env:OI}", ACTOR).secret == "${env:OI}"
