"""Who did it, where no person did."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.access import LOGIN
from inspect_pipelines.domain.audit import SERVICE, told


@pytest.mark.parametrize(
    "rule", ["automatic", "schedule:auto", "policy:first_run", "policy:update_on_success"]
)
def test_what_a_run_does_by_a_rule_its_service_account_does(rule: str) -> None:
    assert told(rule, "1 view") == ("service:runs", f"{rule}, 1 view")
    assert told(rule, "") == ("service:runs", rule)


@pytest.mark.parametrize(
    "by", ["user:ada", "local", "workflow:acme/shop@refs/heads/main", "system:oidc", "user:automatic"]
)
def test_what_somebody_does_is_theirs(by: str) -> None:
    assert told(by, "1 view") == (by, "1 view")


def test_nobody_can_be_called_like_it() -> None:
    assert not LOGIN.fullmatch(SERVICE)
