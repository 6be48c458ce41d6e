"""How long a browser is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW
from inspect_pipelines.domain.access import ROLES, Member, Role
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.sign_in import IDLE, LONGEST, SignIn, is_sign_in, sign_in_text, signed_in

ONE = SignIn(DEFAULT_ORG, "s1", "ada", "a" * 64, "password", "Firefox", NOW, NOW)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("one", "at", "state"),
    [
        (ONE, NOW, "active"),
        (ONE, NOW + IDLE - SECOND, "active"),
        (ONE, NOW + IDLE, "idle"),
        (replace(ONE, seen_at=NOW + IDLE), NOW + IDLE, "active"),
        (replace(ONE, seen_at=NOW + LONGEST - SECOND), NOW + LONGEST - SECOND, "active"),
        (replace(ONE, seen_at=NOW + LONGEST - SECOND), NOW + LONGEST, "expired"),
        (replace(ONE, ended_at=NOW, ended_by="user:eve"), NOW, "ended"),
    ],
)
def test_it_is_known_while_it_is_used_and_for_a_week_at_most(one: SignIn, at: object, state: str) -> None:
    assert one.state(at) == state  # type: ignore[arg-type]


def test_what_a_browser_shows_is_recognised_and_nothing_else_is() -> None:
    text = sign_in_text(b"x" * 32)

    assert is_sign_in(text)
    assert not is_sign_in(text[:-1])
    assert not is_sign_in(text.upper())


def test_whoever_is_signed_in_has_all_that_their_role_has_and_is_no_token() -> None:
    caller = signed_in(ONE, Member(DEFAULT_ORG, "ada", Role.REVIEWER, NOW, "user:root"))

    assert (caller.actor, caller.org_id, caller.rights) == ("user:ada", DEFAULT_ORG, ROLES[Role.REVIEWER])
    assert (caller.token_id, caller.scopes, caller.sign_in_id) == (None, None, "s1")
