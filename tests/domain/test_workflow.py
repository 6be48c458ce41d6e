"""Which workflows are trusted, and for how long what they show holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW
from inspect_pipelines.domain.access import AccessToken, Permission, why, workflow_of
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.workflow import (
    SCOPES,
    Issuer,
    Proof,
    TrustedWorkflow,
    Workflow,
    is_trusted,
    stranger,
)

MAIN = Workflow("acme/shop", 74, "refs/heads/main")
TRUSTED = TrustedWorkflow("acme/shop", ("refs/heads/main", "refs/tags/v*"))
PROOF = Proof("j1", MAIN, NOW, NOW, NOW + timedelta(minutes=5))


@pytest.mark.parametrize("seconds", [-30, 0, 300, 329])
def test_a_proof_holds_from_its_issue_to_its_end_as_clocks_may_differ(seconds: int) -> None:
    assert PROOF.flaw(NOW + timedelta(seconds=seconds)) is None


@pytest.mark.parametrize(("seconds", "says"), [(-31, "it holds from"), (330, "it has expired at")])
def test_before_and_after_it_does_not(seconds: int, says: str) -> None:
    assert says in (PROOF.flaw(NOW + timedelta(seconds=seconds)) or "")


def test_a_proof_of_more_than_an_hour_is_none() -> None:
    assert PROOF.flaw(NOW) is None
    assert "is the most" in (replace(PROOF, expires_at=NOW + timedelta(minutes=61)).flaw(NOW) or "")


@pytest.mark.parametrize(
    ("trusted", "workflow", "says"),
    [
        (TRUSTED, MAIN, None),
        (TRUSTED, replace(MAIN, repo="Acme/SHOP"), None),
        (TRUSTED, replace(MAIN, ref="refs/tags/v2.1"), None),
        (TRUSTED, replace(MAIN, ref="refs/heads/Main"), "none of 'refs/heads/main', 'refs/tags/v*'"),
        (TRUSTED, replace(MAIN, repo="acme/shop2"), "'acme/shop2' is in no entry"),
        (replace(TRUSTED, repo_id=74), MAIN, None),
        (replace(TRUSTED, repo_id=75), MAIN, "it is another repository"),
        (replace(TRUSTED, environment="live"), MAIN, "the environment None is not 'live'"),
        (replace(TRUSTED, environment="live"), replace(MAIN, environment="live"), None),
    ],
)
def test_a_workflow_is_trusted_by_the_entry_of_its_repository_and_ref(
    trusted: TrustedWorkflow, workflow: Workflow, says: str | None
) -> None:
    found = stranger([trusted], workflow)

    assert found is None if says is None else says in (found or "")


def test_one_entry_that_admits_it_is_enough() -> None:
    assert stranger([replace(TRUSTED, repo_id=75), TRUSTED], MAIN) is None
    assert stranger([], MAIN) is not None


def test_a_token_stays_good_while_an_entry_names_its_repository_and_ref() -> None:
    assert is_trusted([TRUSTED], MAIN.name)
    assert not is_trusted([TRUSTED], "acme/shop@refs/heads/other")
    assert not is_trusted([TRUSTED], "ada")


def test_a_workflow_has_its_scopes_and_no_role() -> None:
    end = NOW + timedelta(minutes=15)
    token = AccessToken(DEFAULT_ORG, "t1", "workflow", MAIN.name, SCOPES, "a" * 64, NOW, "x", end, proof="j1")

    caller = workflow_of(token)

    assert caller.rights == {Permission.RUNS_WRITE}
    assert why(caller, Permission.RUNS_READ) == (
        "workflow:acme/shop@refs/heads/main has 'runs:write' and nothing else"
    )


SERVER = Issuer("https://ghe.acme.example/_services/token")


def test_a_server_of_ones_own_has_repositories_of_its_own() -> None:
    inside = replace(MAIN, issuer=SERVER)
    trusted = replace(TRUSTED, issuer=SERVER)

    assert inside.name == "ghe.acme.example/acme/shop@refs/heads/main"
    assert stranger([trusted], inside) is None
    assert "is one of 'https://ghe.acme.example/_services/token'" in (stranger([TRUSTED], inside) or "")
    assert "is one of 'https://token.actions.githubusercontent.com'" in (stranger([trusted], MAIN) or "")
    assert is_trusted([trusted], inside.name)
    assert not is_trusted([TRUSTED], inside.name)
    assert not is_trusted([trusted], MAIN.name)
