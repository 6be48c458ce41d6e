"""Members, their tokens, and who is recognised by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from houses import a_house, of_another
from inspect_pipelines.domain.access import LOCAL, ROLES, Caller, Permission, Role, token_text
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.errors import Forbidden, NotFound, Refused, Unauthenticated, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.access import has_administrator, list_members, list_tokens
from inspect_pipelines.usecases.access.change_members import add_member, remove_member
from inspect_pipelines.usecases.access.create_token import create_token
from inspect_pipelines.usecases.access.recognise import recognise, revoke_exposed
from inspect_pipelines.usecases.access.revoke_token import revoke_token
from people import BY, a_token

HOUR = 3600


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path)
    yield house
    house.ledgers.close()


def actions(house: House) -> list[tuple[str, str]]:
    with house.ledger.read() as ledger:
        return [(action, subject) for _, _, action, subject, _ in ledger.audit.latest()]  # type: ignore[attr-defined]


def test_a_token_speaks_for_its_member_in_its_organisation(house: House) -> None:
    theirs = of_another(house, OrgId("acme"))
    token = a_token(theirs, scopes=[Permission.RUNS_READ])

    caller = recognise(house, token.text)

    assert (caller.actor, caller.org_id, caller.rights) == ("user:ada", "acme", {Permission.RUNS_READ})


@pytest.mark.parametrize(
    ("creator", "why"),
    [
        (LOCAL, None),
        (replace(LOCAL, is_agent=True), "a machine creates"),
        (Caller("user:ada", DEFAULT_ORG, ROLES[Role.ADMIN], sign_in_id="s1"), None),
        (Caller("user:ada", DEFAULT_ORG, ROLES[Role.ADMIN], token_id="t1", is_personal=True), None),
        (Caller("user:ada", DEFAULT_ORG, ROLES[Role.ADMIN], token_id="t1"), "a machine creates"),
        (Caller("user:eve", DEFAULT_ORG, ROLES[Role.ADMIN], sign_in_id="s1"), "user:eve is somebody else"),
    ],
)
def test_a_token_that_is_a_person_is_made_by_them(house: House, creator: Caller, why: str | None) -> None:
    """Else an administrator's script could approve pictures in anybody's name."""
    if why is None:
        token = a_token(house, creator=creator, is_personal=True)
        assert not recognise(house, token.text).is_machine
        assert [one.kind for one in list_tokens(house)] == ["personal"]
    else:
        with pytest.raises(Forbidden, match=why):
            a_token(house, creator=creator, is_personal=True)
        assert recognise(house, a_token(house, creator=creator).text).is_machine


def test_the_text_of_a_token_is_nowhere_in_the_home(house: House, tmp_path: Path) -> None:
    token = a_token(house)
    house.ledgers.close()

    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    assert token.token.sha256.encode() in kept
    assert token.text.encode() not in kept
    assert token.text[9:31].encode() not in kept


def test_a_role_that_is_taken_away_is_taken_from_the_token_at_once(house: House) -> None:
    token = a_token(house)
    add_member(house, "eve", Role.ADMIN, by=BY)

    add_member(house, "ada", Role.VIEWER, by=BY)

    assert Permission.DEPLOYMENT_ADMIN not in recognise(house, token.text).rights


@pytest.mark.parametrize(
    "trouble", ["expired", "revoked", "removed", "orphaned", "unknown", "mistyped", "empty"]
)
def test_a_token_that_opens_nothing_says_why(house: House, trouble: str) -> None:
    token = a_token(house, "bob", role=Role.VIEWER, days=1)
    text = token.text
    if trouble == "expired":
        house.clock.sleep(25 * HOUR)
    elif trouble == "revoked":
        revoke_token(house, token.token.id, by=BY)
    elif trouble == "removed":
        remove_member(house, "bob", by=BY)
    elif trouble == "orphaned":  # by a version that left the tokens of a removed member as they were
        with house.ledger.write() as ledger:
            ledger.members.remove("bob", by=BY, at=house.clock.now())
    elif trouble == "unknown":
        text = token_text(b"x" * 16)
    elif trouble == "mistyped":
        text = text[:-1] + ("0" if text[-1] != "0" else "1")
    elif trouble == "empty":
        text = ""

    with pytest.raises(Unauthenticated) as refused:
        recognise(house, text)

    assert refused.value.is_bad_token
    says = {
        "expired": "has expired at 2026-11-23 07:00 UTC",
        "revoked": "was revoked at 2026-11-22 07:00 UTC",
        "removed": "was revoked at 2026-11-22 07:00 UTC",
        "orphaned": "'bob', who is no member any more",
        "unknown": "is not known here",
        "mistyped": "checksum",
        "empty": "checksum",
    }
    assert says[trouble] in str(refused.value)


def test_when_it_was_used_last_is_noted_once_an_hour(house: House) -> None:
    token = a_token(house)

    used = []
    for _ in range(4):
        recognise(house, token.text)
        used.append(list_tokens(house)[0].last_used_at)
        house.clock.sleep(0.4 * HOUR)

    first = used[0]
    assert first is not None
    assert used == [first, first, first, first + timedelta(hours=1.2)]


def test_a_token_that_came_in_the_clear_is_revoked(house: House) -> None:
    token = a_token(house)

    assert revoke_exposed(house, token.text)

    assert list_tokens(house)[0].state == "revoked"
    assert not revoke_exposed(house, token.text)
    assert not revoke_exposed(house, token_text(b"x" * 16))
    assert not revoke_exposed(house, "a password of somebody else")


def test_there_is_an_administrator_as_soon_as_some_organisation_has_one(house: House) -> None:
    assert not has_administrator(house)
    add_member(house, "bob", Role.VIEWER, by=BY)
    assert not has_administrator(house)

    add_member(of_another(house, OrgId("acme")), "ada", Role.ADMIN, by=BY)

    assert has_administrator(house)


def test_the_last_administrator_stays_one(house: House) -> None:
    add_member(house, "ada", Role.ADMIN, by=BY)

    with pytest.raises(Refused, match="'ada' is the last administrator"):
        remove_member(house, "ada", by=BY)
    with pytest.raises(Refused, match="'ada' is the last administrator"):
        add_member(house, "ada", Role.VIEWER, by=BY)
    add_member(house, "eve", Role.ADMIN, by=BY)
    remove_member(house, "ada", by=BY)

    assert [one.login for one in list_members(house)] == ["eve"]


def test_a_member_who_is_added_again_has_the_other_role(house: House) -> None:
    assert add_member(house, "bob", Role.VIEWER, by=BY) is None

    before = add_member(house, "bob", Role.OPERATOR, by=BY)

    assert before is not None
    assert before.role is Role.VIEWER
    assert [one.role for one in list_members(house)] == [Role.OPERATOR]


@pytest.mark.parametrize("login", ["", "Ada", "-ada", "ada-", "a b", "ada\n", "ä", "a" * 65])
def test_what_is_no_login_is_refused(house: House, login: str) -> None:
    with pytest.raises(UsageError, match="small letters"):
        add_member(house, login, Role.VIEWER, by=BY)


def test_somebody_unknown_is_told_with_who_is_near(house: House) -> None:
    add_member(house, "ada", Role.ADMIN, by=BY)

    with pytest.raises(NotFound, match=r"'adda' is no member \(did you mean 'ada'\?\)"):
        remove_member(house, "adda", by=BY)


def test_a_scope_beyond_the_role_is_refused(house: House) -> None:
    with pytest.raises(Refused, match="'deployment:admin': the role 'viewer' has only"):
        a_token(house, "bob", role=Role.VIEWER, scopes=[Permission.DEPLOYMENT_ADMIN])


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_token_ends_within_a_year(house: House, days: int) -> None:
    with pytest.raises(UsageError, match="within 366 days"):
        a_token(house, days=days)


@pytest.mark.parametrize("name", ["", "x" * 101, "a\x1b[31m"])
def test_a_tokens_name_says_what_it_is_for(house: House, name: str) -> None:
    add_member(house, "ada", Role.ADMIN, by=BY)
    later = house.clock.now() + timedelta(days=1)

    with pytest.raises(UsageError, match="says what it is for"):
        create_token(house, "ada", name=name, scopes=None, expires_at=later, random=bytes(16), by=BY)


def test_a_token_is_revoked_once_by_its_name_or_the_beginning_of_its_id(house: House) -> None:
    by_name, by_id = a_token(house, "ada"), a_token(house, "eve")

    revoke_token(house, by_name.token.name, by=BY)
    revoke_token(house, by_id.token.id, by=BY)

    assert {one.state for one in list_tokens(house)} == {"revoked"}
    with pytest.raises(Refused, match="was revoked before, by user:root"):
        revoke_token(house, by_id.token.id, by=BY)
    with pytest.raises(Refused, match="not clear"):
        revoke_token(house, by_id.token.id[:8], by=BY)
    with pytest.raises(NotFound, match="tokens list"):
        revoke_token(house, "nothing", by=BY)


def test_a_token_of_another_organisation_cannot_be_revoked(house: House) -> None:
    theirs = a_token(of_another(house, OrgId("acme")))

    with pytest.raises(NotFound):
        revoke_token(house, theirs.token.id, by=BY)

    assert recognise(house, theirs.text).org_id == "acme"


def test_every_change_is_in_the_audit(house: House) -> None:
    token = a_token(house)
    add_member(house, "eve", Role.ADMIN, by=BY)
    revoke_token(house, token.token.id, by=BY)
    remove_member(house, "ada", by=BY)

    assert actions(house) == [
        ("member.removed", "ada"),
        ("token.revoked", token.token.id),
        ("member.saved", "eve"),
        ("token.created", token.token.id),
        ("member.saved", "ada"),
    ]
