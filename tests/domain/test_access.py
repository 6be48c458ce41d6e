from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW
from inspect_pipelines.domain.access import (
    LOCAL,
    ROLES,
    AccessToken,
    Caller,
    Member,
    Permission,
    Role,
    caller_of,
    is_token,
    least_role,
    lendable,
    local_person,
    may_see,
    ownable,
    token_hash,
    token_text,
    why,
    why_no_own_tokens,
    why_no_password,
    why_not_personal,
)
from inspect_pipelines.domain.ids import DEFAULT_ORG

EVERYTHING = frozenset(Permission)
TOKEN = AccessToken(
    DEFAULT_ORG, "t1", "ci", "ada", EVERYTHING, "a" * 64, NOW, "user:ada", NOW + timedelta(days=1)
)
VIEWER = Member(DEFAULT_ORG, "ada", Role.VIEWER, NOW, "user:root")
ADMIN = replace(VIEWER, role=Role.ADMIN)


@given(st.binary(min_size=16, max_size=16))
def test_every_token_is_recognised_and_no_other_letter_in_it_passes(random: bytes) -> None:
    text = token_text(random)

    assert is_token(text)
    for at in range(len("insp_pat_"), len(text)):
        other = text[:at] + ("1" if text[at] == "0" else "0") + text[at + 1 :]
        assert not is_token(other)


def test_a_token_reads_as_scanners_for_leaked_secrets_expect_it() -> None:
    assert token_text(bytes(16)) == "insp_pat_0000000000000000000000_baf8c33f"
    assert token_text(b"\xff" * 16).startswith("insp_pat_7")


def test_two_tokens_have_two_hashes_and_neither_holds_the_text() -> None:
    one, other = token_text(bytes(16)), token_text(b"1" * 16)

    assert token_hash(one) != token_hash(other)
    assert one[9:20] not in token_hash(one)


def test_each_role_has_what_the_one_before_it_has() -> None:
    rights = [ROLES[role] for role in Role]

    assert all(less <= more for less, more in pairwise(rights))
    assert rights[-1] == EVERYTHING


def test_a_scope_narrows_a_role_and_never_widens_it() -> None:
    narrow = replace(TOKEN, scopes=frozenset({Permission.RUNS_READ}))

    assert caller_of(narrow, ADMIN).rights == {Permission.RUNS_READ}
    assert caller_of(TOKEN, VIEWER).rights == ROLES[Role.VIEWER]


@pytest.mark.parametrize(
    ("token", "state"),
    [
        (TOKEN, "active"),
        (replace(TOKEN, expires_at=NOW), "expired"),
        (replace(TOKEN, revoked_at=NOW), "revoked"),
        (replace(TOKEN, expires_at=NOW, revoked_at=NOW), "revoked"),
    ],
)
def test_a_token_has_one_state(token: AccessToken, state: str) -> None:
    assert token.state(NOW) == state


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        (TOKEN, "machine"),
        (replace(TOKEN, is_personal=True), "personal"),
        (replace(TOKEN, proof="repo:acme/shop"), "workflow"),
        (replace(TOKEN, proof="repo:acme/shop", is_personal=True), "workflow"),
    ],
)
def test_a_token_is_of_one_kind(token: AccessToken, kind: str) -> None:
    assert token.kind == kind


@pytest.mark.parametrize(
    ("creator", "clause"),
    [
        (LOCAL, None),
        (Caller("user:ada", DEFAULT_ORG, EVERYTHING), None),
        (caller_of(replace(TOKEN, is_personal=True), ADMIN), None),
        (caller_of(TOKEN, ADMIN), "a machine creates machines' tokens only"),
        (
            Caller("user:ada", DEFAULT_ORG, EVERYTHING, is_agent=True),
            "a machine creates machines' tokens only",
        ),
        (Caller("user:eve", DEFAULT_ORG, EVERYTHING), "user:eve is somebody else"),
    ],
)
def test_a_personal_token_is_created_by_its_person_or_at_the_machine(
    creator: Caller, clause: str | None
) -> None:
    assert why_not_personal(creator, "ada") == clause


@pytest.mark.parametrize(
    ("rights", "asked_by", "sees"),
    [
        ({Permission.RUNS_READ}, "user:ada", True),
        ({Permission.RUNS_READ}, None, True),
        (set(), "user:eve", True),
        (set(), "user:ada", False),
        (set(), None, False),
    ],
)
def test_without_the_permission_one_sees_what_one_asked_for(
    rights: set[Permission], asked_by: str | None, sees: bool
) -> None:
    caller = Caller("user:eve", DEFAULT_ORG, frozenset(rights))

    assert may_see(caller, Permission.RUNS_READ, asked_by=asked_by) == sees


def test_the_least_role_is_the_first_that_has_the_permission() -> None:
    assert least_role(Permission.RUNS_READ) is Role.VIEWER
    assert least_role(Permission.DEPLOYMENT_ADMIN) is Role.ADMIN
    assert Permission.DEPLOYMENT_ADMIN.is_of_deployment
    assert not Permission.RUNS_READ.is_of_deployment


@pytest.mark.parametrize(
    ("caller", "permission", "clause"),
    [
        (LOCAL, Permission.DEPLOYMENT_ADMIN, "whoever sits at this machine has every right"),
        (
            caller_of(TOKEN, VIEWER),
            Permission.DEPLOYMENT_ADMIN,
            "user:ada is 'viewer', and 'deployment:admin' takes 'admin'",
        ),
        (
            Caller("user:eve", DEFAULT_ORG, frozenset()),
            Permission.RUNS_READ,
            "user:eve is 'no role', and 'runs:read' takes 'viewer'",
        ),
        (
            caller_of(replace(TOKEN, scopes=frozenset()), ADMIN),
            Permission.RUNS_READ,
            "the token's scopes leave 'runs:read' out",
        ),
        (caller_of(TOKEN, VIEWER), Permission.RUNS_READ, "user:ada is 'viewer', which has 'runs:read'"),
        (
            Caller("somebody", DEFAULT_ORG, frozenset(), role=Role.ADMIN),
            Permission.RUNS_READ,
            "somebody is 'admin', which has 'runs:read'",
        ),
    ],
)
def test_why_somebody_may_or_may_not_is_a_clause(caller: Caller, permission: Permission, clause: str) -> None:
    assert why(caller, permission) == clause


PERSONAL = Caller("user:ada", DEFAULT_ORG, ROLES[Role.ADMIN], token_id="t1", is_personal=True)
MACHINE = replace(PERSONAL, is_personal=False)
SIGNED_IN = replace(PERSONAL, token_id=None, is_personal=False, sign_in_id="s1")


@pytest.mark.parametrize(
    ("caller", "borrows"),
    [
        (local_person("ada"), False),
        (local_person("ada", is_agent=True), True),
        (SIGNED_IN, False),
        (replace(SIGNED_IN, is_agent=True), True),
        (PERSONAL, False),
        (replace(PERSONAL, is_agent=True), True),
        (MACHINE, False),
        (replace(MACHINE, is_agent=True), False),
    ],
)
def test_an_agent_without_a_token_of_its_own_borrows_and_lends_no_persons_word(
    caller: Caller, borrows: bool
) -> None:
    assert caller.is_borrowing is borrows
    assert (Permission.REVIEW_DECIDE in lendable(caller)) is not borrows
    assert (Permission.BASELINE_FINALIZE in lendable(caller)) is not borrows
    assert Permission.REVIEW_PROPOSE in lendable(caller)


def test_a_password_is_set_by_a_person_without_a_token() -> None:
    assert [why_no_password(one) for one in (local_person("ada"), SIGNED_IN)] == [None, None]
    for one in (PERSONAL, MACHINE, local_person("ada", is_agent=True)):
        assert "not by a token or an agent" in (why_no_password(one) or "")


def test_own_tokens_are_a_persons_and_administer_nothing() -> None:
    assert [why_no_own_tokens(one) for one in (PERSONAL, SIGNED_IN)] == [None, None]
    assert "a machine makes none" in (why_no_own_tokens(MACHINE) or "")
    assert "a machine makes none" in (why_no_own_tokens(replace(PERSONAL, is_agent=True)) or "")
    assert "is no member" in (why_no_own_tokens(LOCAL) or "")
    assert PERSONAL.rights - ownable(PERSONAL) == {Permission.ACCESS_ADMIN, Permission.DEPLOYMENT_ADMIN}


def test_a_person_has_all_that_speak_for_them_and_a_machine_the_one_that_it_shows() -> None:
    mine, other = replace(TOKEN, id="t1", login="ada"), replace(TOKEN, id="t2", login="ada")
    theirs = replace(TOKEN, id="t3", login="eve")
    of_workflow = replace(TOKEN, id="t4", login="ada", proof="j1")
    every = (mine, other, theirs, of_workflow)

    assert [one.id for one in every if one.is_own(PERSONAL)] == ["t1", "t2"]
    assert [one.id for one in every if one.is_own(MACHINE)] == ["t1"]
    assert [one.id for one in every if one.is_own(LOCAL)] == []
