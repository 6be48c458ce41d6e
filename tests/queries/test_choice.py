"""Which of a home's organisations is meant."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.errors import NotFound, UsageError
from inspect_pipelines.queries.choice import chosen_org

ACME, BETA = OrgId("acme"), OrgId("beta")
HOW = "a nod"


def nowhere() -> OrgId | None:
    return None


def test_the_only_organisation_is_meant_wherever_one_is() -> None:
    assert chosen_org([ACME], None, lambda: BETA, how=HOW) == ACME


def test_of_several_the_one_of_the_project_here_is_meant() -> None:
    assert chosen_org([ACME, BETA], None, lambda: BETA, how=HOW) == BETA


def test_a_name_goes_before_the_folder() -> None:
    assert chosen_org([ACME, BETA], "acme", lambda: BETA, how=HOW) == ACME


@pytest.mark.parametrize("here", [None, OrgId("never-applied")])
def test_where_nothing_says_which_one_of_several_they_are_listed(here: OrgId | None) -> None:
    with pytest.raises(UsageError) as error:
        chosen_org([BETA, ACME], None, lambda: here, how=HOW)

    assert str(error.value) == (
        "this home has several organisations: 'acme', 'beta'; say which one with a nod"
    )


@pytest.mark.parametrize(
    ("named", "hint"),
    [("acmee", " (did you mean 'acme'?)"), ("zebra", "; this home has 'acme', 'beta'")],
)
def test_a_name_that_nobody_has_applied_is_refused(named: str, hint: str) -> None:
    with pytest.raises(NotFound) as error:
        chosen_org([BETA, ACME], named, nowhere, how=HOW)

    assert str(error.value) == f"no organisation {named!r} has been applied to this home{hint}"


def test_before_anything_is_applied_the_name_the_project_or_the_default_counts() -> None:
    assert chosen_org([], "beta", lambda: ACME, how=HOW) == BETA
    assert chosen_org([], None, lambda: ACME, how=HOW) == ACME
    assert chosen_org([], None, nowhere, how=HOW) == DEFAULT_ORG
