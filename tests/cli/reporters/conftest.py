"""A run as it ended, with what a hostile site said in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from builders import NOW, a_finding, a_run, a_session, a_view
from history_builders import a_comparison
from inspect_pipelines.cli.reporters.facts import Facts, facts_of
from inspect_pipelines.domain.comparison import Outcome
from inspect_pipelines.domain.finding import FindingKind, Severity
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import SessionStatus, StepResult, StepStatus
from inspect_pipelines.queries.dossier import Dossier
from inspect_pipelines.queries.runs import RunSummary

HOSTILE = "Sold]]>\x00\x1b[31m</failure>\r\n::error::owned %0A | `x` <b>@octocat</b> [a](http://evil.test)"
STEPS = (
    StepResult("home", "Open the shop", "desktop", StepStatus.PASSED, 1200),
    StepResult("pay", "Pay", "desktop", StepStatus.FAILED, 400, HOSTILE),
    StepResult("thank", "Be thanked", "desktop", StepStatus.SKIPPED, 0, "step 'pay' could not be played"),
)


def a_dossier(**changes: Any) -> Dossier:
    status = changes.pop("status", RunStatus.FAILED)
    reason = changes.pop("reason", f"shop/pay@desktop: {HOSTILE}")
    run = a_run(status=status, reason=reason)
    kept = {name: getattr(run, name) for name in RunSummary.__dataclass_fields__ if hasattr(run, name)}
    kept |= {"took_seconds": 4.0, "reviewed_as": None, "report": "https://qa.acme.example/runs/1/report"}
    finding = a_finding(
        kind=FindingKind.PAGE_ERROR, severity=Severity.WARNING, step_id="home", message="slow"
    )
    values: dict[str, Any] = {
        "run": RunSummary(**(kept | {"completed_at": NOW})),
        "definition_name": "Nightly shop",
        "flaky": (),
        "doing": "",
        "elapsed_seconds": 4.0,
        "left_seconds": None,
        "dagster_url": None,
        "report_is_written": True,
        "is_evidence_kept": True,
        "sessions": (
            a_session(status=SessionStatus.FAILED, steps=STEPS, error=HOSTILE, findings=(finding,)),
        ),
        "comparisons": (
            a_comparison("home", passed=True, outcome=Outcome.UNCHANGED),
            a_comparison(
                "cart",
                view=a_view("cart"),
                passed=False,
                outcome=Outcome.CHANGED,
                reason=f"text says {HOSTILE}",
            ),
        ),
    }
    values |= dict.fromkeys(
        ("notifications", "incidents", "decisions", "events", "causes", "retries", "retried_as"), ()
    )
    return Dossier(**(values | changes))


@pytest.fixture
def facts() -> Callable[..., Facts]:
    def made(*, allows_review: bool = False, **changes: Any) -> Facts:
        return facts_of(a_dossier(**changes), allows_review=allows_review)

    return made
