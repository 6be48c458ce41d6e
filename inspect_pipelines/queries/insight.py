"""Insight: questions that people ask of months of runs, each answered by a named query of the history, which anybody may take further."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.history import Answered
from inspect_pipelines.ports.house import House

SPANS = (7, 28, 90)  # days


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        says: What the answer shows, in a sentence.
        query: The named query of the history that answers it; it takes `days`.
        series: The column that names a line of the chart; of bars, what each bar is.
        value: The column that is drawn.
        along: The column in whose order a line goes; empty: each row is a bar.
        limit: The column that says where too much begins; empty: nothing does.
        top: The largest value that there can be; None: the answer's own.
    """

    title: str
    says: str
    query: str
    series: str
    value: str
    along: str = ""
    limit: str = ""
    top: float | None = None


QUESTIONS: Mapping[str, Question] = {
    "passed": Question(
        "Pass rate",
        "How many of a day's runs passed, for each definition; skipped and cancelled ones do not count",
        "pass_rate",
        "definition_id", "passed_percent", "day", top=100.0,
    ),
    "durations": Question(
        "Durations",
        "How long runs take: half of them are done within the median, 19 of 20 within p95; the slowest first",
        "definition_durations",
        "definition_id", "p95_seconds",
    ),
    "flaky": Question(
        "Flakiest views",
        "Views that differed at first and looked as approved when they were looked at again",
        "flakiest",
        "view", "flaky_percent", top=100.0,
    ),
    "scores": Question(
        "Scores",
        "How far each view was from its approved picture, beside its tolerance; those that came nearest to it first, and no two methods on one line",
        "scores",
        "line", "score", "compared_at", "tolerance_score",
    ),
    "alerts": Question(
        "Alerts",
        "How many messages a day went to each target, and how many of them did not arrive",
        "alerts",
        "target", "messages", "day",
    ),
    "lateness": Question(
        "Lateness",
        "How long after its time a run began: half of them within the median, 19 of 20 within p95; the latest first",
        "lateness",
        "definition_id", "p95_seconds",
    ),
    "minutes": Question(
        "Run-minutes",
        "What of the budget each definition uses",
        "minutes",
        "definition_id", "minutes",
    ),
}  # fmt: skip


def sql_of(house: House, question: Question, days: int) -> str:
    """What is asked, as anybody may ask it.

    Raises:
        UsageError: That is no span.
    """
    if days not in SPANS:
        raise UsageError(f"{days} days are no span; choose of: {', '.join(map(str, SPANS))}")
    return house.history.statement(house.org_id, question.query, {"days": str(days)})


def answer_question(house: House, question: Question, days: int) -> Answered:
    """The answer out of the organisation's own rows; raises as `ports.History.answer`."""
    return house.history.answer(house.org_id, sql_of(house, question, days))
