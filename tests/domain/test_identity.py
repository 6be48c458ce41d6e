"""Whom an organisation lets in by its identity provider's word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builders import NOW
from inspect_pipelines.domain.access import LOGIN, Member, Role
from inspect_pipelines.domain.identity import (
    BY_PROVIDER,
    Identity,
    NotAdmitted,
    Provider,
    free_login,
    role_of,
)
from inspect_pipelines.domain.ids import DEFAULT_ORG

PROVIDER = Provider(
    "https://login.acme.example",
    "inspect",
    "${env:OIDC}",
    domains=("acme.example",),
    groups=(("qa", Role.REVIEWER), ("leads", Role.ADMIN)),
    role=Role.VIEWER,
)
GRACE = Identity(PROVIDER.issuer, "1001", "grace@acme.example", "grace")
MEMBER = Member(DEFAULT_ORG, "grace", Role.OPERATOR, NOW, "user:ada")


@pytest.mark.parametrize(
    ("groups", "role"),
    [((), Role.VIEWER), (("qa",), Role.REVIEWER), (("leads", "qa"), Role.ADMIN), (("else",), Role.VIEWER)],
)
def test_groups_say_what_somebody_is_and_the_most_of_them_counts(groups: tuple[str, ...], role: Role) -> None:
    assert role_of(PROVIDER, replace(GRACE, groups=groups), None) is role


@pytest.mark.parametrize(
    "email", ["grace@evil.example", "grace@acme.example.evil.example", "acme.example@evil.example", None]
)
def test_whoever_has_no_verified_address_of_a_domain_does_not_come_in(email: str | None) -> None:
    with pytest.raises(NotAdmitted, match=r"is of none of acme\.example"):
        role_of(PROVIDER, replace(GRACE, email=email, groups=("leads",)), MEMBER)


def test_whoever_is_in_no_group_comes_in_only_where_there_is_a_role_for_everybody() -> None:
    with pytest.raises(NotAdmitted, match="in no group"):
        role_of(replace(PROVIDER, role=None), GRACE, None)


def test_the_word_of_whoever_added_a_member_stands_and_the_providers_is_asked_each_time() -> None:
    leads = replace(GRACE, groups=("leads",))

    assert role_of(PROVIDER, leads, MEMBER) is Role.OPERATOR
    assert role_of(PROVIDER, leads, replace(MEMBER, added_by=BY_PROVIDER)) is Role.ADMIN
    assert role_of(replace(PROVIDER, role=None), GRACE, MEMBER) is Role.OPERATOR


@pytest.mark.parametrize(
    ("email", "name", "login"),
    [
        ("grace.hopper@acme.example", "x", "grace.hopper"),
        ("ada@acme.example", "x", "ada-3"),
        (None, "Grace Hopper", "grace-hopper"),
        (None, "ада", "person"),
        ("-@acme.example", "x", "person"),
        (f"{'g' * 90}@acme.example", "x", "g" * 60),
    ],
)
def test_a_login_is_made_that_is_nobodys(email: str | None, name: str, login: str) -> None:
    found = free_login(replace(GRACE, email=email, name=name), ["ada", "ada-2"])

    assert found == login
    assert LOGIN.fullmatch(found)
