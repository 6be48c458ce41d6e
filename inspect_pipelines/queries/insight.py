"""Insight: questions that people ask of months of runs, each with the SQL that answers it, which anybody may take further."""

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
        sql: With `{days}`.
        series: The column that names a line of the chart; of bars, what each bar is.
        value: The column that is drawn.
        along: The column in whose order a line goes; empty: each row is a bar.
        limit: The column that says where too much begins; empty: nothing does.
        top: The largest value that there can be; None: the answer's own.
    """

    title: str
    says: str
    sql: str
    series: str
    value: str
    along: str = ""
    limit: str = ""
    top: float | None = None


QUESTIONS: Mapping[str, Question] = {
    "passed": Question(
        "Pass rate",
        "How many of a day's runs passed, for each definition; skipped and cancelled ones do not count",
        """\
SELECT definition_id, completed_at::DATE AS day, count(*) AS runs,
    round(100 * avg((status = 'passed')::INT), 1) AS passed_percent
FROM automated_runs
WHERE status NOT IN ('skipped', 'cancelled') AND completed_at > now() - INTERVAL {days} DAY
GROUP BY ALL ORDER BY definition_id, day""",
        "definition_id", "passed_percent", "day", top=100.0,
    ),
    "durations": Question(
        "Durations",
        "How long runs take: half of them are done within the median, 19 of 20 within p95; the slowest first",
        """\
SELECT definition_id, count(*) AS runs, round(median(duration_ms) / 1000, 1) AS median_seconds,
    round(quantile_cont(duration_ms, 0.95) / 1000, 1) AS p95_seconds
FROM automated_runs
WHERE duration_ms IS NOT NULL AND completed_at > now() - INTERVAL {days} DAY
GROUP BY ALL ORDER BY p95_seconds DESC LIMIT 50""",
        "definition_id", "p95_seconds",
    ),
    "flaky": Question(
        "Flakiest views",
        "Views that differed at first and looked as approved when they were looked at again",
        """\
SELECT view, definition_id, count(*) AS runs, sum(is_flaky::INT)::BIGINT AS flaky,
    round(100 * avg(is_flaky::INT), 1) AS flaky_percent
FROM comparisons
WHERE compared_at > now() - INTERVAL {days} DAY
GROUP BY ALL HAVING flaky > 0 ORDER BY flaky_percent DESC, flaky DESC LIMIT 50""",
        "view", "flaky_percent", top=100.0,
    ),
    "scores": Question(
        "Scores",
        "How far each view was from its approved picture, beside its tolerance; those that came nearest to it first, and no two methods on one line",
        """\
WITH measured AS (  -- the same picture is 0 by whatever method
    SELECT view, compared_at, score, tolerance_score,
        coalesce(nullif(score_method, 'none'), max(nullif(score_method, 'none')) OVER (PARTITION BY view), 'the same') AS method
    FROM comparisons WHERE score IS NOT NULL AND compared_at > now() - INTERVAL {days} DAY
), recent AS (
    SELECT concat(view, ' (', method, ')') AS line, compared_at, score, tolerance_score,
        max(score / nullif(tolerance_score, 0)) OVER (PARTITION BY view, method) AS nearest
    FROM measured
)
SELECT line, compared_at, round(score, 4) AS score, tolerance_score
FROM recent WHERE nearest >= (SELECT min(nearest) FROM (SELECT DISTINCT nearest, line FROM recent ORDER BY nearest DESC LIMIT 20))
ORDER BY nearest DESC, line, compared_at""",
        "line", "score", "compared_at", "tolerance_score",
    ),
    "alerts": Question(
        "Alerts",
        "How many messages a day went to each target, and how many of them did not arrive",
        """\
SELECT target, created_at::DATE AS day, count(*) AS messages, sum((status = 'failed')::INT)::BIGINT AS not_arrived
FROM notifications
WHERE created_at > now() - INTERVAL {days} DAY
GROUP BY ALL ORDER BY target, day""",
        "target", "messages", "day",
    ),
    "lateness": Question(
        "Lateness",
        "How long after its time a run began: half of them within the median, 19 of 20 within p95; the latest first",
        """\
SELECT definition_id, count(*) AS runs, round(median(late_ms) / 1000, 1) AS median_seconds,
    round(quantile_cont(late_ms, 0.95) / 1000, 1) AS p95_seconds
FROM automated_runs
WHERE late_ms IS NOT NULL AND completed_at > now() - INTERVAL {days} DAY
GROUP BY ALL ORDER BY p95_seconds DESC LIMIT 50""",
        "definition_id", "p95_seconds",
    ),
    "minutes": Question(
        "Run-minutes",
        "What of the budget each definition uses",
        """\
SELECT definition_id, count(*) AS runs, round(sum(duration_ms) / 60000, 1) AS minutes
FROM automated_runs
WHERE duration_ms IS NOT NULL AND completed_at > now() - INTERVAL {days} DAY
GROUP BY ALL ORDER BY minutes DESC LIMIT 50""",
        "definition_id", "minutes",
    ),
}  # fmt: skip


def sql_of(question: Question, days: int) -> str:
    """What is asked, as anybody may ask it.

    Raises:
        UsageError: That is no span.
    """
    if days not in SPANS:
        raise UsageError(f"{days} days are no span; choose of: {', '.join(map(str, SPANS))}")
    return question.sql.format(days=days)


def answer_question(house: House, question: Question, days: int) -> Answered:
    """The answer out of the organisation's own rows; raises as `ports.History.answer`."""
    return house.history.answer(house.org_id, sql_of(question, days))
