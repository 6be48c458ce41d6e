from __future__ import annotations

import pytest

from builders import a_finding
from inspect_pipelines.domain.finding import Severity


@pytest.mark.parametrize(
    ("fail_on", "failing"),
    [
        (None, []),
        ("error", [Severity.ERROR]),
        ("warning", [Severity.WARNING, Severity.ERROR]),
        ("info", [Severity.INFO, Severity.WARNING, Severity.ERROR]),
    ],
)
def test_a_finding_fails_from_the_named_severity_on(fail_on, failing):
    assert [s for s in Severity if a_finding(severity=s).fails_at(fail_on)] == failing
