from __future__ import annotations

import pytest

from inspect_pipelines.config.pattern import found
from inspect_pipelines.domain.condition import Condition, Operator, checked_path, unmet
from inspect_pipelines.errors import UsageError

DATA = {
    "severity": "critical",
    "count": 3,
    "on": True,
    "labels": ["shop", 7],
    "empty": None,
    "at": "2026-11-22T07:00:00Z",
    "alerts": [{"name": "Checkout is slow"}],
}


@pytest.mark.parametrize(
    ("path", "operator", "operand"),
    [
        ("severity", "eq", "critical"),
        ("empty", "eq", None),
        ("count", "neq", 4),
        ("on", "neq", 1),
        ("count", "gt", 2.5),
        ("count", "gte", 3),
        ("count", "lt", 4),
        ("at", "lte", "2026-11-22T07:00:00Z"),
        ("severity", "contains", "crit"),
        ("labels", "contains", 7),
        ("@", "contains", "severity"),
        ("count", "exists", True),
        ("nothing.here", "exists", False),
        ("alerts[0].name", "matches", "^Checkout"),
    ],
)
def test_a_condition_holds(path, operator, operand):
    assert unmet(Condition(path, Operator(operator), operand), DATA, found) is None


@pytest.mark.parametrize(
    ("path", "operator", "operand", "reason"),
    [
        ("severity", "eq", "low", '\'severity\' is "critical", not eq "low"'),
        ("on", "eq", 1, "'on' is true, not eq 1"),
        ("count", "gt", 3, "'count' is 3, not gt 3"),
        ("count", "gt", "2", "'count' is 3, not gt \"2\""),
        ("on", "gte", 0, "'on' is true, not gte 0"),
        ("missing", "lt", 1, "'missing' is null, not lt 1"),
        ("severity", "contains", 1, "'severity' is \"critical\", not contains 1"),
        ("count", "contains", 3, "'count' is 3, not contains 3"),
        ("count", "exists", False, "'count' exists"),
        ("missing", "exists", True, "'missing' is missing"),
        ("count", "matches", "3", "'count' is 3, not matches \"3\""),
        ("length(count)", "eq", 1, "'length(count)' cannot be read in this payload: JMESPathTypeError"),
        ("alerts", "eq", "x" * 99, '\'alerts\' is [{"name": "Checkout is slow"}], not eq "' + "x" * 59 + "…"),
    ],
)
def test_a_condition_that_does_not_hold_says_why(path, operator, operand, reason):
    assert unmet(Condition(path, Operator(operator), operand), DATA, found) == reason


def test_only_a_sound_expression_is_taken():
    assert checked_path("a.b[0]") == "a.b[0]"
    with pytest.raises(UsageError, match="'a\\[' is not a JMESPath expression"):
        checked_path("a[")
    with pytest.raises(UsageError, match="an expression of 501 characters is too long"):
        checked_path("a" * 501)
