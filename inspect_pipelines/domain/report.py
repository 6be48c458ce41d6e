"""A report: everything about one run that a person may want to see on one page."""

from __future__ import annotations

from dataclasses import dataclass

from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """The evidence of a run and what was made of it; pictures are named by their sha256."""

    run: Run
    definition: Definition | None  # None: it was deleted meanwhile
    sessions: tuple[SessionResult, ...]
    comparisons: tuple[Comparison, ...]
    verdict: Verdict
    baseline: Baseline | None  # what the run was compared with; None on a first run
    notifications: tuple[Notification, ...] = ()
    attempts: tuple[SessionResult, ...] = ()  # all of them, in order; `sessions` are those that decide
